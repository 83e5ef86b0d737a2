package session

import (
	"go/ast"
	"go/token"
)

// use is an identifier that is not declared inside its chunk.
type use struct {
	name       string
	start, end int
	selected   string // the name behind the dot that follows
	key        bool   // of a composite literal: it may be a field's name
	called     bool
	defining   bool // declared here, at the top level of the cell
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
