package session

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"regexp"
	"runtime"
	"strings"
)

// unitName is the file name of units in messages of go/types.
const unitName = "unit" + letter

var unitPlace = regexp.MustCompile(unitName + ":[0-9]+:[0-9]+")

// findings is what go/types says about a unit.
type findings struct {
	problems []problem      // in the cell
	broken   []*declaration // earlier declarations that do not compile with it
	unknown  []token.Pos    // names of fields that a type does not have
}

func (u *checkUnit) offset(pos token.Pos) int { return int(pos - u.file.FileStart) }

// check parses the unit and finds its types. Names that are not used, and variables that functions use before they are
// declared, are no errors in a cell.
func (u *checkUnit) check() *findings {
	f := &findings{}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, unitName, u.source.String(), parser.SkipObjectResolution)
	if err != nil {
		u.addSyntaxErrors(f, err)
		return f
	}
	u.file = file
	u.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Types: map[ast.Expr]types.TypeAndValue{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	config := types.Config{Importer: u.session.config.Importer, GoVersion: u.session.config.GoVersion, DisableUnusedImportCheck: true,
		Sizes: types.SizesFor("gc", runtime.GOARCH)}
	brokenBefore := false
	config.Error = func(err error) {
		if e, ok := err.(types.Error); ok {
			brokenBefore = u.addTypeError(f, e, brokenBefore)
		}
	}
	u.pkg, _ = config.Check(unitPath, fset, []*ast.File{file}, u.info)
	return f
}

func (u *checkUnit) addSyntaxErrors(f *findings, err error) {
	list, ok := err.(scanner.ErrorList)
	if !ok {
		f.problems = append(f.problems, problem{offset: 0, message: err.Error()})
		return
	}
	for _, e := range list {
		if offset, owner := u.source.origin(e.Pos.Offset); owner != nil {
			f.broken = append(f.broken, owner)
		} else {
			f.problems = append(f.problems, problem{offset: offset, message: e.Msg})
		}
	}
}

// addTypeError tells whether the error lies outside the cell: then what goes on about it is left out too.
func (u *checkUnit) addTypeError(f *findings, e types.Error, outsideBefore bool) (outside bool) {
	detail := strings.HasPrefix(e.Msg, "\t")
	if detail && outsideBefore {
		return true
	}
	if u.tolerated(e) {
		return true
	}
	offset, owner := u.source.origin(u.offset(e.Pos))
	if owner != nil {
		if !detail {
			f.broken = append(f.broken, owner)
		}
		return !detail
	}
	if strings.Contains(e.Msg, "has no field or method") || strings.HasPrefix(e.Msg, "unknown field") {
		f.unknown = append(f.unknown, e.Pos)
	}
	f.problems = append(f.problems, problem{offset: offset, message: readable(u.withPlaces(e), u.outdated)})
	return false
}

// withPlaces makes the places that a message names places of the cell.
func (u *checkUnit) withPlaces(e types.Error) string {
	return unitPlace.ReplaceAllStringFunc(e.Msg, func(place string) string {
		var line, column int
		fmt.Sscanf(place[len(unitName):], ":%d:%d", &line, &column)
		offset, owner := u.source.origin(u.offset(e.Fset.File(u.file.FileStart).LineStart(line)) + column - 1)
		if owner != nil {
			return "an earlier cell"
		}
		line, column = u.cell.position(offset)
		return fmt.Sprintf("%s:%d:%d", fileName(u.cell.count), line, column)
	})
}

func (u *checkUnit) tolerated(e types.Error) bool {
	switch {
	case strings.HasPrefix(e.Msg, "label "):
		return strings.HasSuffix(e.Msg, "declared and not used")
	case strings.Contains(e.Msg, "declared and not used"):
		u.unusedAt[e.Pos] = true
		return true
	case strings.HasPrefix(e.Msg, "initialization cycle"):
		return !u.cell.program
	case strings.HasSuffix(e.Msg, "(no value) used as value"):
		return u.isLastCall(e.Pos)
	}
	return false
}

// isLastCall is true for the only expression of the last step: a call that has no value has no result.
func (u *checkUnit) isLastCall(pos token.Pos) bool {
	if len(u.steps) == 0 {
		return false
	}
	last := u.steps[len(u.steps)-1]
	if last.kind != valueStep || last.suffix != "" {
		return false
	}
	call := u.collectCall(u.runFunction())
	if call == nil || len(call.Args) != 1 || pos < call.Args[0].Pos() || pos >= call.Args[0].End() {
		return false
	}
	argument, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr)
	if ok && u.info.Types[argument].IsVoid() {
		u.noValue = true
	}
	return u.noValue
}

func (u *checkUnit) runFunction() *ast.FuncDecl {
	for i := len(u.file.Decls) - 1; i >= 0; i-- {
		if function, ok := u.file.Decls[i].(*ast.FuncDecl); ok && function.Name.Name == u.runName() {
			return function
		}
	}
	return nil
}

// collectCall is the statement of Run that makes the result.
func (u *checkUnit) collectCall(run *ast.FuncDecl) *ast.CallExpr {
	if run == nil || len(run.Body.List) == 0 {
		return nil
	}
	for i := len(run.Body.List) - 1; i >= 0; i-- {
		if statement, ok := run.Body.List[i].(*ast.ExprStmt); ok {
			if call, ok := statement.X.(*ast.CallExpr); ok && isName(call.Fun, collectName) {
				return call
			}
		}
	}
	return nil
}

// outdated is true for the name of a type that has been declared anew.
func (u *checkUnit) outdated(name string) bool {
	s := u.symbols[name]
	return s != nil && s.kind == typeKind && u.visible(s.name) != s
}
