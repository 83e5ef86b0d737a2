package session

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strconv"
	"strings"
)

// product is what the last round leaves: the cell's declarations with their references, and what the unit needs.
type product struct {
	*capture
	declarations []*declaration             // the cell's
	methods      map[*symbol][]*declaration // the cell's, by the type
	stays        map[string]bool            // variables that keep their storage
	run          *declaration
	blank        []string
}

// produce captures the declarations of the cell. Their symbols are new, so that the session does not change by it.
func (u *checkUnit) produce(blank []string) *product {
	p := &product{methods: map[*symbol][]*declaration{}, stays: map[string]bool{}, blank: blank}
	for _, name := range u.cell.hoisted {
		if before := u.session.current[name]; before != nil && before.kind == varKind && !u.retyped[name] && u.here.named[name] == "" {
			u.own[name], p.stays[name] = before, true
			delete(u.versions, name)
			u.symbols[visibleName(name)] = before
		}
	}
	p.capture = u.capture()
	for _, d := range u.file.Decls {
		if offset := u.offset(d.Pos()); offset >= u.ownStart && offset < u.ownEnd {
			p.addDeclaration(d)
		}
	}
	for _, name := range u.cell.hoisted {
		s := u.own[name]
		if p.stays[name] {
			continue
		}
		if object := u.pkg.Scope().Lookup(visibleName(name)); object != nil {
			s.declaration, _ = u.typedVariable(s, object.Type())
			p.declarations = append(p.declarations, s.declaration)
		}
	}
	run := u.runFunction()
	p.run = p.take("", u.offset(run.Pos()), u.offset(run.End()))
	return p
}

func (p *product) addDeclaration(node ast.Decl) {
	switch node := node.(type) {
	case *ast.FuncDecl:
		if node.Recv == nil {
			p.define(funcKind, "", node, node.Name)
			return
		}
		d := p.define(methodKind, "", node)
		d.method = node.Name.Name
		if d.receiver = p.receiverOf(p.info.Defs[node.Name].(*types.Func)); d.receiver != nil {
			p.methods[d.receiver] = append(p.methods[d.receiver], d)
		}
	case *ast.GenDecl:
		if node.Tok == token.CONST {
			p.define(constKind, "", node, declaredNames(node)...)
			return
		}
		for _, spec := range node.Specs {
			spec := spec.(*ast.TypeSpec)
			p.define(typeKind, "type ", spec, spec.Name).generic = spec.TypeParams != nil
		}
	}
}

func (p *product) define(of kind, keyword string, node ast.Node, names ...*ast.Ident) *declaration {
	start, end := p.offset(node.Pos()), p.offset(node.End())
	origin, _ := p.source.origin(start)
	d := p.take(p.cell.directive(origin)+keyword, start, end)
	d.kind = of
	last, _ := p.source.origin(end - 1)
	d.tokens = tokensOf(p.cell.text[origin : last+1])
	for _, name := range names {
		if s := p.symbolOf(p.info.Defs[name]); s != nil {
			s.declaration = d
			d.symbols = append(d.symbols, s)
		}
	}
	p.declarations = append(p.declarations, d)
	return d
}

// write writes the compile unit: what the cell declares and runs, and all that is needed for it.
func (p *product) write() (source string, paths []string) {
	reachable := p.reachable()
	var body strings.Builder
	spell := func(s *symbol, embedded bool) string {
		if embedded && p.session.config.Dot { // the compiler names the field without the version
			return s.name
		}
		return s.physical(p.session.config.Dot)
	}
	used := map[string]bool{}
	for _, d := range append(reachable, p.run) {
		body.WriteString(d.spelled(spell))
		body.WriteString("\n")
		for _, r := range d.references {
			if r.symbol.kind == packageKind {
				used[r.symbol.path] = true
			}
		}
	}
	p.writeKept(&body, spell)
	var head strings.Builder
	fmt.Fprintf(&head, "package main\nimport %s %s\n", cellName, strconv.Quote(cellPath))
	paths = []string{cellPath}
	for _, path := range sortedNames(used) {
		fmt.Fprintf(&head, "import %s %s\n", p.session.packageSymbol(path).name, strconv.Quote(path))
		paths = append(paths, path)
	}
	for _, path := range p.blank {
		if !used[path] {
			fmt.Fprintf(&head, "import _ %s\n", strconv.Quote(path))
			paths = append(paths, path)
		}
	}
	head.WriteString("var _ = " + cellName + ".Check\n" + collectFunction)
	return head.String() + body.String(), paths
}

// reachable lists the declarations of the unit.
func (p *product) reachable() []*declaration {
	final := p.binding.newClosure()
	for _, d := range p.declarations {
		final.add(d)
	}
	for _, r := range p.run.references {
		final.addSymbol(r.symbol)
	}
	for _, s := range p.altered() {
		final.addSymbol(s)
		for _, v := range p.variablesOf(s) {
			final.addSymbol(v)
		}
	}
	return final.declarations
}

// altered are the types whose method tables this unit changes in place.
func (p *product) altered() []*symbol {
	if !p.session.config.LateMethods {
		return nil
	}
	var list []*symbol
	for s := range p.alteredTypes() {
		list = append(list, s)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

func (p *product) variablesOf(t *symbol) (variables []*symbol) {
	for _, s := range sorted(p.session.current) {
		if s.kind != varKind || p.visible(s.name) != s {
			continue
		}
		for _, r := range p.variable(s).references {
			if r.symbol == t {
				variables = append(variables, s)
				break
			}
		}
	}
	return variables
}

// writeKept refers to the altered types: the linker leaves out descriptors that nothing refers to. A generic type has
// descriptors only as the type of a variable.
func (p *product) writeKept(body *strings.Builder, spell func(*symbol, bool) string) {
	var values []string
	for _, s := range p.altered() {
		if !s.declaration.generic {
			values = append(values, "(*"+spell(s, false)+")(nil)")
			continue
		}
		for _, v := range p.variablesOf(s) {
			values = append(values, "&"+spell(v, false))
		}
	}
	if len(values) > 0 {
		fmt.Fprintf(body, "func Keep__%d() []any { return []any{%s} }\nvar Kept__%d = Keep__%d\n", p.cell.count, strings.Join(values, ", "), p.cell.count, p.cell.count)
	}
}
