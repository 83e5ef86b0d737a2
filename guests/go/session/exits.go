package session

import (
	"go/ast"
	"go/types"
	"strings"
)

// trapExit lets what ends a process end the cell only. A use as a value is replaced as a call is.
func (c *capture) trapExit(selector *ast.SelectorExpr) {
	function, ok := c.info.Uses[selector.Sel].(*types.Func)
	if !ok || function.Pkg() == nil {
		return
	}
	name := function.Name()
	logger := c.info.Selections[selector] != nil
	switch path := function.Pkg().Path(); {
	case !logger && name == "Exit" && (path == "os" || path == "syscall"):
		c.edits = append(c.edits, edit{start: c.offset(selector.Pos()), end: c.offset(selector.End()), text: cellName + ".Exit"})
	case path == "log" && strings.HasPrefix(name, "Fatal"):
		if logger {
			c.replaceLogger(selector, name)
		} else {
			c.addEdit(edit{symbol: c.session.fatalFunction(name, false)}, selector)
		}
	}
}

// replaceLogger makes `logger.Fatal` a call of the function that stands in for the method.
func (c *capture) replaceLogger(selector *ast.SelectorExpr, name string) {
	selection := c.info.Selections[selector]
	if selection.Kind() != types.MethodVal {
		return
	}
	start, end := c.offset(selector.X.Pos()), c.offset(selector.X.End())
	address := "("
	if _, pointer := types.Unalias(selection.Recv()).(*types.Pointer); !pointer && !types.IsInterface(selection.Recv()) {
		address = "(&"
	}
	c.edits = append(c.edits, edit{start: start, end: start, symbol: c.session.fatalFunction(name, true)})
	c.insert(start, address)
	c.edits = append(c.edits, edit{start: end, end: c.offset(selector.End()), text: ")"})
}
