package session

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
)

// parsed is a cell by its parts, each with the names it uses.
type parsed struct {
	*cell
	imports      []importSpec
	declarations []*cellDeclaration
	steps        []*step
	hoisted      []string        // the variables that its steps declare, in order
	file         bool            // it has a package clause
	program      bool            // it is made of declarations, with a package clause or around main
	functions    map[string]bool // variables that are defined as function literals
	declared     map[string]kind // by its func, type and const declarations
	renames      []rename
}

// rename is an identifier of the cell that is checked under another name.
type rename struct {
	start, end int
	text       string
}

type importSpec struct {
	name, path string // name is "" for the package's own
	offset     int
}

// cellDeclaration is one func, method, type or const declaration.
type cellDeclaration struct {
	kind       kind
	start, end int
	names      []string
	receiver   string // of a method
	method     string
	uses       []use
	specs      [][2]int // of a type group: where each stands
	kept       bool     // the session has just this declaration
}

const (
	filePrefix      = "package p;"
	statementPrefix = "package p;func _(){"
	statementSuffix = "\n}"
)

// syntax is a parsed chunk.
type syntax struct {
	file   *ast.File
	origin int // what turns a position of the file into an offset of the cell
}

func (s *syntax) offset(pos token.Pos) int { return int(pos) - 1 + s.origin }

func (c *cell) parseChunk(start, end int, prefix, suffix string) (*syntax, []problem) {
	origin := start - len(prefix)
	file, err := parser.ParseFile(token.NewFileSet(), "", prefix+c.text[start:end]+suffix, 0)
	if err == nil {
		if tooDeep(file) {
			return nil, []problem{{offset: start, message: fmt.Sprintf("nested more than %d deep", maxDepth)}}
		}
		return &syntax{file, origin}, nil
	}
	list, ok := err.(scanner.ErrorList)
	if !ok {
		return nil, []problem{{offset: start, message: err.Error()}}
	}
	var problems []problem
	for i, e := range list {
		if i > 0 && e.Pos.Offset+origin >= end { // it follows from the others
			break
		}
		problems = append(problems, problem{offset: min(max(e.Pos.Offset+origin, start), end), message: e.Msg})
	}
	return nil, problems
}

// maxDepth is that of a syntax tree. go/types recurses over it, and an overflow of the stack would end the process.
const maxDepth = 10_000

func tooDeep(file *ast.File) bool {
	depth, deepest := 0, 0
	ast.Inspect(file, func(node ast.Node) bool {
		if node == nil {
			depth--
		} else {
			depth++
		}
		deepest = max(deepest, depth)
		return deepest <= maxDepth
	})
	return deepest > maxDepth
}

func parse(c *cell) (*parsed, *CompileError) {
	chunks, failure := split(c)
	if failure != nil {
		return nil, failure
	}
	p := &parsed{cell: c, functions: map[string]bool{}, declared: map[string]kind{}}
	var problems []problem
	for i, chunk := range chunks {
		switch chunk.kind {
		case packageChunk:
			p.file = true
			_, wrong := c.parseChunk(chunk.start, chunk.end, "", "\n")
			problems = append(problems, wrong...)
		case importChunk:
			problems = append(problems, p.parseImports(chunk)...)
		case declarationChunk:
			problems = append(problems, p.parseDeclaration(chunk)...)
		case statementChunk:
			problems = append(problems, p.parseStatement(chunk, i == len(chunks)-1)...)
		}
	}
	if len(problems) == 0 {
		problems = p.hoist()
	}
	if len(problems) > 0 {
		return nil, c.failure(SyntaxError, problems...)
	}
	p.orderProgram()
	return p, nil
}
