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

// recursiveFunctions are those of the cell that can come to call themselves.
func (c *capture) recursiveFunctions() map[types.Object]bool {
	graph := callGraph{map[types.Object][]types.Object{}, map[string][]types.Object{}}
	var own []types.Object
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
			own = append(own, object)
		}
	}
	recursive := map[types.Object]bool{}
	for _, function := range own {
		if graph.reaches(function, function, map[types.Object]bool{}) {
			recursive[function] = true
		}
	}
	return recursive
}

func (c *capture) functionsIn(body *ast.BlockStmt) (functions []types.Object) {
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
