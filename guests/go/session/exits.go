package session

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
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
			c.replaceLogger(selector, "logger"+name)
		} else {
			c.addEdit(edit{symbol: c.session.support("log" + name)}, selector)
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
	c.edits = append(c.edits, edit{start: start, end: start, symbol: c.session.support(name)})
	c.insert(start, address)
	c.edits = append(c.edits, edit{start: end, end: c.offset(selector.End()), text: ")"})
}

// guard contains the panic of a goroutine where the runtime does not do so.
func (c *capture) guard(statement *ast.GoStmt) {
	call := statement.Call
	function := ast.Unparen(call.Fun)
	if literal, ok := function.(*ast.FuncLit); ok {
		c.insert(c.offset(literal.Body.Lbrace)+1, "defer "+cellName+".Guard();")
		return
	}
	if c.info.Types[call.Fun].IsBuiltin() || c.isGeneric(function) {
		c.insert(c.offset(call.Pos()), "func() { defer "+cellName+".Guard(); ")
		c.insert(c.offset(call.End()), " }()")
		return
	}
	start, end := c.offset(call.Fun.Pos()), c.offset(call.Fun.End())
	c.edits = append(c.edits, edit{start: start, end: start, symbol: c.session.support("guarded")})
	c.insert(start, "(")
	c.insert(end, ")")
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

// Functions that instrumented code calls. NAME is the function's own, and a package's name its alias in units.
var supportSources = map[string]string{
	"guarded": `func NAME[F any](function F) F {
	value := reflect.ValueOf(function)
	return reflect.MakeFunc(value.Type(), func(arguments []reflect.Value) []reflect.Value {
		defer CELL.Guard()
		if value.Type().IsVariadic() {
			return value.CallSlice(arguments)
		}
		return value.Call(arguments)
	}).Interface().(F)
}`,
}

func init() {
	for name, print := range map[string]string{"Fatal": "Sprint(", "Fatalf": "Sprintf(format, ", "Fatalln": "Sprintln("} {
		parameters := "values ...any"
		if name == "Fatalf" {
			parameters = "format string, values ...any"
		}
		supportSources["log"+name] = fmt.Sprintf(`func NAME(%s) { log.Output(2, fmt.%svalues...)); CELL.Exit(1) }`, parameters, print)
		supportSources["logger"+name] = fmt.Sprintf(`func NAME(logger interface{ Output(int, string) error }) func(%s) {
	return func(%s) { logger.Output(2, fmt.%svalues...)); CELL.Exit(1) }
}`, parameters, parameters, print)
	}
}

var supportNames = regexp.MustCompile(`\b(NAME|CELL|(reflect|log|fmt)\.)`)

// support makes a function that instrumented code calls, once in a session.
func (s *Session) support(name string) *symbol {
	if known := s.supporting[name]; known != nil {
		return known
	}
	made := &symbol{name: name + letter, kind: funcKind, version: 1}
	d := &declaration{kind: funcKind, symbols: []*symbol{made}}
	source, at := supportSources[name], 0
	var text strings.Builder
	text.WriteString("//line support.go:1\n")
	for _, place := range supportNames.FindAllStringIndex(source, -1) {
		text.WriteString(source[at:place[0]])
		word := source[place[0]:place[1]]
		from := text.Len()
		switch at = place[1]; word {
		case "NAME":
			text.WriteString(word)
			d.references = append(d.references, reference{start: from, end: text.Len(), symbol: made})
		case "CELL":
			text.WriteString(cellName)
		default:
			path := strings.TrimSuffix(word, ".")
			text.WriteString(word)
			d.references = append(d.references, reference{start: from, end: text.Len() - 1, symbol: s.packageSymbol(path)})
		}
	}
	text.WriteString(source[at:])
	d.text, made.declaration = text.String(), d
	s.supporting[name] = made
	return made
}
