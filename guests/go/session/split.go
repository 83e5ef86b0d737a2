package session

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

type chunkKind int

const (
	statementChunk chunkKind = iota
	declarationChunk
	importChunk
	packageChunk
)

// chunk is the text between two semicolons at the top level of a cell, be they written or implied by line ends.
type chunk struct {
	kind       chunkKind
	start, end int
}

// maxNesting is that of brackets, over which go/parser recurses with several functions each.
const maxNesting = 1000

type bracket struct {
	token  token.Token
	offset int
}

type splitter struct {
	cell     *cell
	chunks   []chunk
	tokens   []token.Token // of the chunk, as far as its kind needs them
	start    int           // of the chunk; -1 before its first token
	end      int           // of its last token
	open     []bracket
	problems []problem
}

func split(c *cell) ([]chunk, *CompileError) {
	s := &splitter{cell: c, start: -1}
	file := token.NewFileSet().AddFile("", -1, len(c.text))
	var scan scanner.Scanner
	scan.Init(file, []byte(c.text), func(at token.Position, message string) {
		s.problems = append(s.problems, problem{offset: at.Offset, message: message})
	}, scanner.ScanComments)
	for {
		pos, tok, literal := scan.Scan()
		offset := file.Offset(pos)
		if tok == token.COMMENT {
			s.comment(offset, literal)
			continue
		}
		if tok == token.EOF {
			s.endOfCell()
			break
		}
		s.token(offset, tok, literal)
	}
	if len(s.problems) > 0 {
		return nil, c.failure(SyntaxError, s.problems...)
	}
	return s.chunks, nil
}

func (s *splitter) comment(offset int, text string) {
	if strings.HasPrefix(text, "//go:embed") {
		s.problems = append(s.problems, problem{TypeError, offset, "//go:embed is not available in cells; read the file with os.ReadFile"})
	}
}

func (s *splitter) token(offset int, tok token.Token, literal string) {
	if tok == token.SEMICOLON && len(s.open) == 0 {
		if literal == "\n" || !s.insideHeader(offset) {
			s.finish()
		}
		return
	}
	s.end = offset + s.length(offset, tok, literal)
	if s.start < 0 {
		s.start, s.tokens = offset, s.tokens[:0]
	}
	s.tokens = append(s.tokens, tok)
	switch tok {
	case token.IDENT:
		if strings.Contains(literal, letter) {
			s.problems = append(s.problems, problem{offset: offset, message: "identifiers cannot contain the letter U+A78F here"})
		}
	case token.LPAREN, token.LBRACE, token.LBRACK:
		s.open = append(s.open, bracket{tok, offset})
		if len(s.open) == maxNesting {
			s.problems = append(s.problems, problem{offset: offset, message: fmt.Sprintf("nested more than %d deep", maxNesting)})
		}
	case token.RPAREN, token.RBRACE, token.RBRACK:
		if len(s.open) == 0 {
			s.problems = append(s.problems, problem{offset: offset, message: "unexpected " + tok.String()})
			return
		}
		s.open = s.open[:len(s.open)-1]
	}
}

// length is that of a token in the text. The scanner leaves carriage returns out of raw strings.
func (s *splitter) length(offset int, tok token.Token, literal string) int {
	switch {
	case strings.HasPrefix(literal, "`"):
		if end := strings.IndexByte(s.cell.text[offset+1:], '`'); end >= 0 {
			return end + 2
		}
	case literal == "" || tok == token.SEMICOLON:
		return len(tok.String())
	}
	return len(literal)
}

func (s *splitter) finish() {
	if s.start >= 0 {
		s.chunks = append(s.chunks, chunk{s.kind(), s.start, s.end})
	}
	s.start = -1
}

func (s *splitter) endOfCell() {
	s.finish()
	if len(s.open) > 0 && len(s.problems) == 0 {
		last := s.open[len(s.open)-1]
		line, _ := s.cell.position(last.offset)
		s.problems = append(s.problems, problem{offset: len(strings.TrimRight(s.cell.text, " \t\n")),
			message: fmt.Sprintf("unexpected end of the cell: %s of line %d is not closed", last.token, line)})
	}
}

// insideHeader tells the semicolons of `for i := 0; i < n; i++ {` from those that end a statement.
func (s *splitter) insideHeader(offset int) bool {
	if s.start < 0 {
		return false
	}
	switch s.keyword() {
	case token.FOR, token.IF, token.SWITCH:
		text := statementPrefix + s.cell.text[s.start:offset] + statementSuffix
		_, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
		return err != nil
	}
	return false
}

// keyword is the first token after the labels.
func (s *splitter) keyword() token.Token {
	tokens := s.tokens
	for len(tokens) > 2 && tokens[0] == token.IDENT && tokens[1] == token.COLON {
		tokens = tokens[2:]
	}
	return tokens[0]
}

func (s *splitter) kind() chunkKind {
	switch s.tokens[0] {
	case token.IMPORT:
		return importChunk
	case token.PACKAGE:
		return packageChunk
	case token.TYPE, token.CONST:
		return declarationChunk
	case token.FUNC:
		if namesFunction(s.tokens[1:]) {
			return declarationChunk
		}
	}
	return statementChunk
}

// namesFunction tells `func f(` and `func (r T) f(` from a function literal.
func namesFunction(tokens []token.Token) bool {
	if len(tokens) > 0 && tokens[0] == token.LPAREN {
		depth := 0
		for i, tok := range tokens {
			switch tok {
			case token.LPAREN:
				depth++
			case token.RPAREN:
				depth--
			}
			if depth == 0 {
				tokens = tokens[i+1:]
				return len(tokens) > 1 && tokens[0] == token.IDENT && tokens[1] == token.LPAREN
			}
		}
	}
	return len(tokens) > 0 && tokens[0] == token.IDENT
}
