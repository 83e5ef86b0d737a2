package session

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// The names that units use for themselves. No user can have them.
const (
	unitPath     = "repl"
	cellPath     = "sandcell/cell"
	cellName     = "cell" + letter
	collectName  = "collect" + letter
	resultName   = "result" + letter
	progressName = "progress" + letter
	runPrefix    = "Run__"
)

const collectFunction = "func " + collectName + "(values ...any) []any { return values }\n"

// checkUnit is the source in which go/types sees the cell, with every earlier declaration that it needs.
type checkUnit struct {
	*closure
	source     assembly
	ownStart   int // where the cell's declarations begin
	ownEnd     int
	stepStarts map[*step]int
	locals     map[types.Object]*symbol // the types that functions of the cell declare for themselves
	steps      []*step                  // in the order in which they run
	hoists     int                      // how many steps declare variables

	file     *ast.File
	pkg      *types.Package
	info     *types.Info
	unusedAt map[token.Pos]bool // where variables are declared that nothing uses
	noValue  bool               // the last expression is a call without results
}

func (b *binding) runName() string { return runPrefix + strconv.Itoa(b.cell.count) }

func (b *binding) writeCheckUnit() *checkUnit {
	u := &checkUnit{closure: b.newClosure(), stepStarts: map[*step]int{}, unusedAt: map[token.Pos]bool{}}
	u.collect()
	u.writeHead()
	for _, d := range u.declarations {
		u.source.fromDeclaration(d.spelled(u.checkName)+"\n", d)
	}
	u.ownStart = u.source.Len()
	for _, d := range u.cell.declarations {
		if !d.kept {
			u.source.copyCell(u.resolution, d.start, d.end)
			u.source.WriteString("\n")
		}
	}
	u.ownEnd = u.source.Len()
	for _, s := range u.cell.steps {
		u.writeInference(s)
	}
	u.writeRun()
	return u
}

// collect adds the earlier declarations that the cell needs, and those that have to be checked with it.
func (u *checkUnit) collect() {
	for _, s := range u.own {
		u.symbols[u.checkName(s, false)] = s
	}
	for _, name := range sortedNames(u.names) {
		if s := u.visible(name); s != nil {
			u.addSymbol(s)
		}
	}
	for _, s := range sorted(u.session.current) {
		if u.needed(s) {
			u.addSymbol(s)
			if now := u.visible(s.name); now != nil {
				u.addSymbol(now)
			}
		}
	}
	for _, d := range u.rebound {
		u.add(d)
	}
	for s, methods := range u.methods {
		if s.declaration == nil {
			for _, m := range methods {
				if !u.declaresMethod(s.name, m.method) {
					u.add(m)
				}
			}
		}
	}
	for d := range u.frozen {
		u.add(d)
	}
}

// needed: besides what the cell names, the earlier meaning of what it declares is compared with the new one.
func (u *checkUnit) needed(s *symbol) bool {
	if u.earlier[s] || u.methods[s] != nil {
		return true
	}
	if s.kind == varKind {
		if u.own[s.name] != nil {
			return true
		}
		return u.reinterpreted(s) != nil
	}
	for _, d := range u.cell.declarations {
		if t := u.lateReceiver(d); t == s {
			return true
		}
	}
	return u.successor[s] != nil && s.kind == typeKind && u.holdsVariables(s)
}

// reinterpreted is the type, declared anew, that a variable of an earlier cell is made of.
func (b *binding) reinterpreted(variable *symbol) *symbol {
	for _, r := range variable.declaration.references {
		if r.symbol.kind == typeKind && b.successor[r.symbol] != nil {
			return r.symbol
		}
	}
	return nil
}

func (b *binding) holdsVariables(t *symbol) bool {
	for _, s := range b.session.current {
		if s.kind == varKind && b.own[s.name] == nil {
			for _, r := range s.declaration.references {
				if r.symbol == t {
					return true
				}
			}
		}
	}
	return false
}

func (u *checkUnit) writeHead() {
	paths := map[string]bool{}
	for path := range u.packages {
		paths[path] = true
	}
	for _, d := range u.declarations {
		for _, r := range d.references {
			if r.symbol.kind == packageKind {
				paths[r.symbol.path] = true
			}
		}
	}
	u.source.WriteString("package main\n")
	writeImport(&u.source, cellName, cellPath)
	for _, path := range sortedNames(paths) {
		writeImport(&u.source, u.session.packageSymbol(path).name, path)
	}
	for _, name := range sortedNames(u.names) {
		if path := u.imports.named[name]; path != "" && u.visible(name) == nil {
			writeImport(&u.source, name, path)
		}
	}
	u.source.WriteString(collectFunction)
}

func writeImport(source *assembly, name, path string) {
	fmt.Fprintf(source, "import %s %s\n", name, strconv.Quote(path))
}
