package session

import (
	"go/scanner"
	"go/token"
	"strings"
)

// tokensOf is a text without layout and comments.
func tokensOf(text string) string {
	var tokens strings.Builder
	file := token.NewFileSet().AddFile("", -1, len(text))
	var scan scanner.Scanner
	scan.Init(file, []byte(text), func(token.Position, string) {}, 0)
	for {
		_, tok, literal := scan.Scan()
		if tok == token.EOF {
			return strings.TrimSuffix(tokens.String(), "; ")
		}
		if literal == "" || tok == token.SEMICOLON {
			literal = tok.String()
		}
		tokens.WriteString(literal)
		tokens.WriteByte(' ')
	}
}
