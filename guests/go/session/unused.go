package session

import (
	"go/ast"
	"go/token"
)

// useUnused makes the compiler accept variables and labels that nothing uses.
func (c *capture) useUnused(node ast.Node) {
	switch node := node.(type) {
	case *ast.BlockStmt:
		c.useInList(node.List)
	case *ast.CaseClause:
		c.useInList(node.Body)
	case *ast.CommClause:
		c.useInList(node.Body)
		c.useAt(c.offset(node.Colon)+1, node.Comm)
	case *ast.ForStmt:
		c.useAt(c.offset(node.Body.Lbrace)+1, node.Init)
	case *ast.IfStmt:
		c.useAt(c.offset(node.Body.Lbrace)+1, node.Init)
	case *ast.RangeStmt:
		if node.Tok == token.DEFINE {
			c.useNames(c.offset(node.Body.Lbrace)+1, node.Key, node.Value)
		}
	case *ast.SwitchStmt:
		c.useInSwitch(node.Body, node.Init)
	case *ast.TypeSwitchStmt:
		c.useInSwitch(node.Body, node.Init)
		if guard, ok := node.Assign.(*ast.AssignStmt); ok && c.isUnused(guard.Lhs[0]) {
			c.edits = append(c.edits, edit{start: c.offset(guard.Pos()), end: c.offset(guard.Rhs[0].Pos())})
		}
	case *ast.FuncDecl:
		c.dropUnusedLabels(node.Body)
	case *ast.FuncLit:
		c.dropUnusedLabels(node.Body)
	}
}

func (c *capture) isUnused(expression ast.Expr) bool {
	identifier, ok := expression.(*ast.Ident)
	return ok && c.unusedAt[identifier.Pos()]
}

func (c *capture) useInList(statements []ast.Stmt) {
	for _, statement := range statements {
		inner := unlabeled(statement)
		switch inner := inner.(type) {
		case *ast.AssignStmt:
			if inner.Tok == token.DEFINE {
				c.useAfter(c.offset(inner.End()), inner.Lhs...)
			}
		case *ast.DeclStmt:
			for _, name := range declaredNames(inner.Decl) {
				c.useAfter(c.offset(inner.End()), name)
			}
		}
	}
}

// useAt uses the variables of a header where its block begins.
func (c *capture) useAt(offset int, header ast.Stmt) {
	if assignment, ok := header.(*ast.AssignStmt); ok && assignment.Tok == token.DEFINE {
		c.useNames(offset, assignment.Lhs...)
	}
}

func (c *capture) useNames(offset int, names ...ast.Expr) {
	for _, name := range names {
		if name != nil && c.isUnused(name) {
			c.insert(offset, "_ = "+name.(*ast.Ident).Name+";")
		}
	}
}

func (c *capture) useAfter(offset int, names ...ast.Expr) {
	for _, name := range names {
		if c.isUnused(name) {
			c.insert(offset, "; _ = "+name.(*ast.Ident).Name)
		}
	}
}

// useInSwitch: the variables of a switch's header can only be used inside a clause.
func (c *capture) useInSwitch(body *ast.BlockStmt, header ast.Stmt) {
	if len(body.List) > 0 {
		c.useAt(c.offset(body.List[0].(*ast.CaseClause).Colon)+1, header)
		return
	}
	assignment, ok := header.(*ast.AssignStmt)
	if !ok || assignment.Tok != token.DEFINE {
		return
	}
	for i, name := range assignment.Lhs {
		if c.isUnused(name) {
			if i == 0 {
				c.insert(c.offset(body.Lbrace)+1, "default:;")
			}
			c.insert(c.offset(body.Lbrace)+1, "_ = "+name.(*ast.Ident).Name+";")
		}
	}
}

func (c *capture) dropUnusedLabels(body *ast.BlockStmt) {
	used := map[string]bool{}
	var labels []*ast.LabeledStmt
	ast.Inspect(body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BranchStmt:
			if node.Label != nil {
				used[node.Label.Name] = true
			}
		case *ast.LabeledStmt:
			labels = append(labels, node)
		}
		return true
	})
	for _, label := range labels {
		if !used[label.Label.Name] {
			c.edits = append(c.edits, edit{start: c.offset(label.Pos()), end: c.offset(label.Colon) + 1})
		}
	}
}
