package session

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// guard contains the panic of a goroutine where the runtime does not do so. `go f(x)` becomes a goroutine of a function
// literal that calls f(x), with f and x evaluated before.
func (c *capture) guard(statement *ast.GoStmt) {
	const guard = "defer " + cellName + ".Guard();"
	call := statement.Call
	if literal, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		c.insert(c.offset(literal.Body.Lbrace)+1, guard)
		return
	}
	if !c.evaluable(call) {
		c.insert(c.offset(call.Pos()), "func() { "+guard)
		c.insert(c.offset(call.End()), " }()")
		return
	}
	function := "function" + letter
	c.replace(c.offset(statement.Go), c.offset(call.Fun.Pos()), "{ "+function+" := ")
	at := c.offset(call.Fun.End())
	var names []string
	for i, argument := range call.Args {
		name := "argument" + letter + strconv.Itoa(i)
		assign := "; " + name + " := "
		if c.info.Types[argument].Value != nil {
			assign = "; const " + name + " = " // a variable would have a type
		}
		if c.info.Types[argument].IsNil() {
			name, assign = "nil", "; var _ any = "
		}
		c.replace(at, c.offset(argument.Pos()), assign)
		names, at = append(names, name), c.offset(argument.End())
	}
	all := strings.Join(names, ", ")
	if call.Ellipsis.IsValid() {
		all += "..."
	}
	c.replace(at, c.offset(call.End()), "; go func() { "+guard+" "+function+"("+all+") }() }")
}

func (c *capture) replace(start, end int, text string) {
	c.edits = append(c.edits, edit{start: start, end: end, text: text})
}

// evaluable is false where a function or an argument has no type of its own that a variable could be declared with.
func (c *capture) evaluable(call *ast.CallExpr) bool {
	if c.info.Types[call.Fun].IsBuiltin() || c.isGeneric(ast.Unparen(call.Fun)) {
		return false
	}
	for _, argument := range call.Args {
		value := c.info.Types[argument]
		if _, several := value.Type.(*types.Tuple); several {
			return false
		}
		if value.Value == nil && c.takesType(argument) && value.Type != types.Typ[types.Bool] && value.Type != types.Typ[types.Int] {
			return false
		}
	}
	return true
}

// takesType is true for a comparison, and for a shift of a constant: they have the type that the parameter has.
func (c *capture) takesType(argument ast.Expr) bool {
	switch argument := ast.Unparen(argument).(type) {
	case *ast.UnaryExpr:
		return argument.Op == token.NOT
	case *ast.BinaryExpr:
		switch argument.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ, token.LAND, token.LOR:
			return true
		case token.SHL, token.SHR:
			return c.info.Types[argument.X].Value != nil
		}
	}
	return false
}

func (c *capture) isGeneric(function ast.Expr) bool {
	if selector, ok := function.(*ast.SelectorExpr); ok {
		function = selector.Sel
	}
	identifier, ok := function.(*ast.Ident)
	if !ok {
		return false
	}
	object, ok := c.info.Uses[identifier].(*types.Func)
	return ok && object.Type().(*types.Signature).TypeParams().Len() > 0
}
