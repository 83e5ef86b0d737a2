package session

import (
	"go/ast"
	"go/types"
)

// callGraph says which functions of the session use which. A method that is called by an interface stands for every
// method of its name.
type callGraph struct {
	uses    map[types.Object][]types.Object
	methods map[string][]types.Object
}

// checkRecursion checks in the functions of the cell that can come to call themselves, where they do so: a call that
// ends the recursion costs nothing.
func (c *capture) checkRecursion() {
	graph := callGraph{map[types.Object][]types.Object{}, map[string][]types.Object{}}
	own := map[types.Object]*ast.FuncDecl{}
	for _, d := range c.file.Decls {
		function, ok := d.(*ast.FuncDecl)
		if !ok || function.Name.Name == "_" {
			continue
		}
		object := c.info.Defs[function.Name]
		if function.Recv != nil {
			graph.methods[function.Name.Name] = append(graph.methods[function.Name.Name], object)
		}
		graph.uses[object] = c.functionsIn(function.Body)
		if offset := c.offset(d.Pos()); offset >= c.ownStart && offset < c.ownEnd {
			own[object] = function
		}
	}
	for object, function := range own {
		if !graph.reaches(object, object, map[types.Object]bool{}) {
			continue
		}
		known := map[types.Object]bool{object: true}
		c.checkBefore(function.Body.List, func(node ast.Node) bool {
			for _, called := range c.functionsIn(node) {
				recursive, ok := known[called]
				if !ok {
					recursive = graph.dispatches(called, object) || graph.reaches(called, object, map[types.Object]bool{})
					known[called] = recursive
				}
				if recursive {
					return true
				}
			}
			return false
		})
	}
}

// checkBefore puts a check before the first statement that has something in it, as deep inside branches as can be.
func (c *capture) checkBefore(statements []ast.Stmt, has func(ast.Node) bool) {
	for _, statement := range statements {
		if !has(statement) {
			continue
		}
		branch, ok := statement.(*ast.IfStmt)
		if !ok || branch.Init != nil && has(branch.Init) || has(branch.Cond) {
			c.insert(c.offset(statement.Pos()), stopCheck)
			return
		}
		c.checkBefore(branch.Body.List, has)
		switch other := branch.Else.(type) {
		case *ast.BlockStmt:
			c.checkBefore(other.List, has)
		case *ast.IfStmt:
			if has(other) { // no statement can stand before it
				c.checkBranches(other, has)
			}
		}
	}
}

func (c *capture) checkBranches(branch *ast.IfStmt, has func(ast.Node) bool) {
	c.insert(c.offset(branch.Body.Lbrace)+1, stopCheck)
	switch other := branch.Else.(type) {
	case *ast.BlockStmt:
		c.checkBefore(other.List, has)
	case *ast.IfStmt:
		c.checkBranches(other, has)
	}
}

func (c *capture) functionsIn(body ast.Node) (functions []types.Object) {
	ast.Inspect(body, func(node ast.Node) bool {
		if identifier, ok := node.(*ast.Ident); ok {
			if function, ok := c.info.Uses[identifier].(*types.Func); ok && function.Pkg() == c.pkg {
				functions = append(functions, function.Origin())
			}
		}
		return true
	})
	return functions
}

func (g callGraph) reaches(from, to types.Object, seen map[types.Object]bool) bool {
	for _, next := range g.uses[from] {
		if next == to || g.dispatches(next, to) {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if g.reaches(next, to, seen) {
				return true
			}
		}
	}
	return false
}

// dispatches is true where a call of an interface's method may be one of a type's method.
func (g callGraph) dispatches(called, method types.Object) bool {
	receiver := called.Type().(*types.Signature).Recv()
	if receiver == nil || !types.IsInterface(receiver.Type()) {
		return false
	}
	for _, candidate := range g.methods[called.Name()] {
		if candidate == method {
			return true
		}
	}
	return false
}
