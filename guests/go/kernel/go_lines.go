package main

import (
	"go/scanner"
	"go/token"
	"strings"
)

// goLine is a line of a cell that is no Go: `%go get module@version`.
type goLine struct {
	number    int
	arguments []string
}

const goLineStart = "%go"

// takeGoLines gives these lines, and the cell with blanks in their place.
func takeGoLines(code string) (lines []goLine, rest string) {
	if !strings.Contains(code, goLineStart) {
		return nil, code
	}
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(code))
	var tokens scanner.Scanner
	tokens.Init(file, []byte(code), func(token.Position, string) {}, 0)
	left := []byte(code)
	skipTo := 0
	for {
		at, kind, _ := tokens.Scan()
		if kind == token.EOF {
			return lines, string(left)
		}
		offset := file.Offset(at)
		if kind != token.REM || offset < skipTo || !beginsGoLine(code, offset) {
			continue
		}
		end := offset + strings.IndexByte(code[offset:]+"\n", '\n')
		for i := offset; i < end; i++ {
			left[i] = ' '
		}
		arguments := strings.Fields(code[offset+len(goLineStart) : end])
		lines = append(lines, goLine{1 + strings.Count(code[:offset], "\n"), arguments})
		skipTo = end
	}
}

// beginsGoLine: a statement cannot begin with %, and a line within one only where it does not parse.
func beginsGoLine(code string, offset int) bool {
	word, _, _ := strings.Cut(code[offset:], "\n")
	before := code[strings.LastIndexByte(code[:offset], '\n')+1 : offset]
	return strings.TrimSpace(before) == "" && (word == goLineStart || strings.HasPrefix(word, goLineStart+" "))
}
