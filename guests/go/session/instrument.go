package session

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A check is a load and a branch that is never taken. Units reach variables of other modules by a table, so that a
// function with loops keeps the address.
const (
	stopCheck   = "if " + cellName + ".Stop != 0 { " + cellName + ".Check() };"
	stopName    = "stop" + letter
	stopAddress = stopName + " := &" + cellName + ".Stop;"
	loopCheck   = "if *" + stopName + " != 0 { " + cellName + ".Check() };"
)

// instrument adds what code in a cell has and a plain program has not: checks for interrupts, the trap for exits, the
// guard of goroutines, and uses of unused variables.
func (c *capture) instrument() {
	c.checkRecursion()
	run := c.runFunction()
	for _, d := range c.file.Decls {
		offset := c.offset(d.Pos())
		if offset < c.ownStart || offset >= c.ownEnd && d != ast.Decl(run) {
			continue
		}
		ast.Inspect(d, c.instrumentNode)
	}
	for _, statement := range run.Body.List {
		if takesTime(statement) {
			c.insert(c.offset(statement.End()), "; "+stopCheck)
		}
	}
	c.setResult(run)
}

func (c *capture) instrumentNode(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.FuncDecl:
		c.checkLoops(node.Body)
	case *ast.FuncLit:
		c.checkLoops(node.Body)
		c.checkBefore(node.Body.List, func(part ast.Node) bool { return c.callsVariable(part, node) })
	case *ast.BranchStmt:
		if node.Tok == token.GOTO {
			c.insert(c.offset(node.Pos()), stopCheck)
		}
	case *ast.GoStmt:
		if !c.session.config.Guard {
			c.guard(node)
		}
	case *ast.SelectorExpr:
		c.trapExit(node)
	}
	c.useUnused(node)
	return true
}

// checkLoops checks at the head of each loop of a function, those of function literals in it left aside.
func (c *capture) checkLoops(body *ast.BlockStmt) {
	checked := false
	check := func(loop *ast.BlockStmt) {
		c.insert(c.offset(loop.Lbrace)+1, loopCheck)
		checked = true
	}
	ast.Inspect(body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt:
			check(node.Body)
		case *ast.RangeStmt:
			if !c.endsSoon(node) {
				check(node.Body)
			}
		}
		return true
	})
	if checked {
		c.insert(c.offset(body.Lbrace)+1, stopAddress)
	}
}

// endsSoon is true for loops over memory that do nothing but compute: they end by themselves, and the compiler knows
// some of them by their form.
func (c *capture) endsSoon(loop *ast.RangeStmt) bool {
	typ := c.info.Types[loop.X].Type
	if typ == nil {
		return false
	}
	switch under := typ.Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map:
	case *types.Pointer: // to an array
	case *types.Basic:
		if under.Info()&types.IsString == 0 {
			return false
		}
	default:
		return false
	}
	soon := true
	for _, statement := range loop.Body.List {
		ast.Inspect(statement, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.SelectStmt, *ast.SendStmt, *ast.FuncLit:
				soon = false
			case *ast.IndexExpr: // a map that grows while it is ranged over can do so for long
				soon = soon && !c.isMap(node.X)
			case *ast.UnaryExpr:
				soon = soon && node.Op != token.ARROW
			case *ast.CallExpr:
				value := c.info.Types[node.Fun]
				soon = soon && (value.IsType() || value.IsBuiltin())
			}
			return soon
		})
	}
	return soon
}

func (c *capture) isMap(expression ast.Expr) bool {
	typ := c.info.Types[expression].Type
	if typ == nil {
		return false
	}
	_, ok := typ.Underlying().(*types.Map)
	return ok
}

// callsVariable is true for what a function literal may call itself by: a variable from outside.
func (c *capture) callsVariable(part ast.Node, literal *ast.FuncLit) (calls bool) {
	ast.Inspect(part, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			if identifier, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
				variable, ok := c.info.Uses[identifier].(*types.Var)
				calls = calls || ok && (variable.Pos() < literal.Pos() || variable.Pos() > literal.End())
			}
		}
		return !calls
	})
	return calls
}

// takesTime is false for statements that only compute.
func takesTime(statement ast.Stmt) (takes bool) {
	if _, ends := statement.(*ast.ReturnStmt); ends {
		return false
	}
	ast.Inspect(statement, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr, *ast.ForStmt, *ast.RangeStmt, *ast.SelectStmt, *ast.SendStmt:
			takes = true
		case *ast.UnaryExpr:
			takes = takes || node.Op == token.ARROW
		}
		return !takes
	})
	return takes
}

// setResult makes the last expressions the result, or a statement of a call that has no value.
func (c *capture) setResult(run *ast.FuncDecl) {
	call := c.collectCall(run)
	if call == nil {
		return
	}
	if !c.noValue && !c.prints(call) {
		c.insert(c.offset(call.Pos()), "*"+resultName+" = ")
		return
	}
	c.edits = append(c.edits,
		edit{start: c.offset(call.Pos()), end: c.offset(call.Lparen) + 1},
		edit{start: c.offset(call.Rparen), end: c.offset(call.Rparen) + 1})
}
