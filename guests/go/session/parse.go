package session

import (
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
	program      bool            // it is a whole file: it has a package clause, or is made of declarations around main
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

// use is an identifier that is not declared inside its chunk.
type use struct {
	name       string
	start, end int
	selected   string // the name behind the dot that follows
	key        bool   // of a composite literal: it may be a field's name
	called     bool
	defining   bool // declared here, at the top level of the cell
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
		return &syntax{file, origin}, nil
	}
	list, ok := err.(scanner.ErrorList)
	if !ok {
		return nil, []problem{{offset: start, message: err.Error()}}
	}
	var problems []problem
	for _, e := range list {
		problems = append(problems, problem{offset: min(max(e.Pos.Offset+origin, start), end), message: e.Msg})
	}
	return nil, problems
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
			p.program = true
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

// uses lists the identifiers of a chunk that mean something outside it, and those it declares at its top level.
func (s *syntax) uses() []use {
	selected := map[*ast.Ident]string{}
	free := map[*ast.Ident]bool{}
	keys := map[*ast.Ident]bool{}
	called := map[ast.Expr]bool{}
	for _, identifier := range s.file.Unresolved {
		free[identifier] = true
	}
	own := s.topLevelObjects()
	var found []use
	ast.Inspect(s.file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			if base, ok := node.X.(*ast.Ident); ok {
				selected[base] = node.Sel.Name
			}
		case *ast.CallExpr:
			called[node.Fun] = true
		case *ast.CompositeLit:
			for _, element := range node.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					if key, ok := pair.Key.(*ast.Ident); ok && key.Obj == nil {
						keys[key] = !literalOfElements(node.Type)
						free[key] = true
					}
				}
			}
		case *ast.Ident:
			defined := node.Obj != nil && own[node.Obj]
			if (free[node] || defined) && node.Name != "_" {
				start := s.offset(node.Pos())
				found = append(found, use{name: node.Name, start: start, end: start + len(node.Name), selected: selected[node],
					key: keys[node], called: called[node], defining: defined && node.Pos() == node.Obj.Pos()})
			}
		}
		return true
	})
	return found
}

// literalOfElements is true where the keys of a composite literal cannot be names of fields.
func literalOfElements(typ ast.Expr) bool {
	switch typ.(type) {
	case *ast.ArrayType, *ast.MapType:
		return true
	}
	return false
}

// topLevelObjects are what a declaration declares, or what a statement declares outside its blocks.
func (s *syntax) topLevelObjects() map[*ast.Object]bool {
	own := map[*ast.Object]bool{}
	for _, object := range s.file.Scope.Objects {
		own[object] = true
	}
	for _, name := range s.definedNames() {
		if name.Obj != nil {
			own[name.Obj] = true
		}
	}
	return own
}

// definedNames are the left side of a statement `a, b := …`, or the names of `var a, b …`.
func (s *syntax) definedNames() (names []*ast.Ident) {
	body := s.statements()
	if len(body) != 1 {
		return nil
	}
	switch statement := unlabeled(body[0]).(type) {
	case *ast.AssignStmt:
		if statement.Tok == token.DEFINE {
			for _, left := range statement.Lhs {
				if name, ok := left.(*ast.Ident); ok {
					names = append(names, name)
				}
			}
		}
	case *ast.DeclStmt:
		names = declaredNames(statement.Decl)
	}
	return names
}

// statements are those of a chunk that was parsed as a statement.
func (s *syntax) statements() []ast.Stmt {
	if function, ok := s.file.Decls[0].(*ast.FuncDecl); ok && function.Name.Name == "_" && function.Body != nil {
		return function.Body.List
	}
	return nil
}

func unlabeled(statement ast.Stmt) ast.Stmt {
	for {
		labeled, ok := statement.(*ast.LabeledStmt)
		if !ok {
			return statement
		}
		statement = labeled.Stmt
	}
}

func declaredNames(declaration ast.Decl) (names []*ast.Ident) {
	group, ok := declaration.(*ast.GenDecl)
	if !ok {
		return nil
	}
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			names = append(names, spec.Name)
		case *ast.ValueSpec:
			names = append(names, spec.Names...)
		}
	}
	return names
}
