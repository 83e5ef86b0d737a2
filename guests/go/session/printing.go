package session

import (
	"go/ast"
	"go/types"
	"strings"
)

// prints is true where the only last expression is a call of fmt that prints: nobody asks for the number of bytes.
func (c *capture) prints(values *ast.CallExpr) bool {
	if len(values.Args) != 1 {
		return false
	}
	call, ok := ast.Unparen(values.Args[0]).(*ast.CallExpr)
	if !ok {
		return false
	}
	var name *ast.Ident
	switch function := ast.Unparen(call.Fun).(type) {
	case *ast.Ident: // of a dot import
		name = function
	case *ast.SelectorExpr:
		name = function.Sel
	default:
		return false
	}
	function, ok := c.info.Uses[name].(*types.Func)
	if !ok || function.Pkg() == nil || function.Pkg().Path() != "fmt" {
		return false
	}
	return strings.HasPrefix(function.Name(), "Print") || strings.HasPrefix(function.Name(), "Fprint")
}
