package session

import (
	"go/ast"
	"go/types"
	"sort"
	"strings"
)

// edit replaces a part of a unit's source, or is a reference to a symbol that stands there.
type edit struct {
	start, end int
	text       string
	symbol     *symbol
	embedded   bool
}

// capture turns parts of the checked source into declarations: instrumented text and what go/types says it refers to.
type capture struct {
	*checkUnit
	edits    []edit
	embedded map[types.Object]*symbol // fields, by the symbol whose type they embed
	methods  []methodUse              // in the order of the source
}

// methodUse is a place where a method of the session's types is called without an interface between.
type methodUse struct {
	offset int
	key    methodKey
}

func (u *checkUnit) capture() *capture {
	c := &capture{checkUnit: u, embedded: map[types.Object]*symbol{}}
	for _, s := range u.steps {
		c.insert(u.stepStarts[s], u.cell.directive(s.start))
	}
	c.nameLocalTypes()
	for identifier, object := range u.info.Defs {
		if field, ok := object.(*types.Var); ok && field.IsField() && field.Embedded() {
			if s := u.symbolOf(u.info.Uses[identifier]); s != nil {
				c.embedded[field] = s
			}
		}
	}
	for identifier, object := range u.info.Uses {
		c.addReference(identifier, object)
	}
	for identifier, object := range u.info.Defs {
		if s := u.symbolOf(object); s != nil {
			c.addEdit(edit{symbol: s}, identifier)
		}
	}
	c.instrument()
	sort.SliceStable(c.edits, func(i, j int) bool {
		a, b := c.edits[i], c.edits[j]
		if a.start != b.start {
			return a.start < b.start
		}
		if a.end == a.start || b.end == b.start {
			return a.end < b.end // insertions stand before what is replaced
		}
		return a.end > b.end // and a replacement hides the references in it
	})
	c.findMethodUses()
	return c
}

// nameLocalTypes gives the types inside functions names that no other unit uses: the descriptors of two types with one
// name would be taken for the same.
func (u *checkUnit) nameLocalTypes() {
	var declared []types.Object
	run := u.offset(u.runFunction().Pos())
	for _, object := range u.info.Defs {
		name, ok := object.(*types.TypeName)
		if !ok || name.Name() == "_" || name.Parent() == u.pkg.Scope() {
			continue
		}
		if _, parameter := name.Type().(*types.TypeParam); parameter {
			continue
		}
		if offset := u.offset(name.Pos()); offset >= u.ownStart && offset < u.ownEnd || offset >= run {
			declared = append(declared, name)
		}
	}
	sort.Slice(declared, func(i, j int) bool { return declared[i].Pos() < declared[j].Pos() })
	u.locals = map[types.Object]*symbol{}
	for _, object := range declared {
		u.locals[object] = u.newSymbol(object.Name(), localKind)
	}
}

// symbolOf is the session's symbol for an object of the unit's package level, or for a local type.
func (u *checkUnit) symbolOf(object types.Object) *symbol {
	if local := u.locals[object]; local != nil {
		return local
	}
	if object == nil || object.Pkg() != u.pkg || object.Parent() != u.pkg.Scope() {
		return nil
	}
	return u.symbols[object.Name()]
}

func (c *capture) addReference(identifier *ast.Ident, object types.Object) {
	switch object := object.(type) {
	case *types.PkgName:
		if path := object.Imported().Path(); path != cellPath {
			c.addEdit(edit{symbol: c.session.packageSymbol(path)}, identifier)
		}
	case *types.Var:
		if object.IsField() {
			if s := c.embedded[object.Origin()]; s != nil {
				c.addEdit(edit{symbol: s, embedded: true}, identifier)
			}
			return
		}
		if s := c.symbolOf(object); s != nil {
			c.addEdit(edit{symbol: s}, identifier)
		}
	default:
		if s := c.symbolOf(object); s != nil {
			c.addEdit(edit{symbol: s}, identifier)
		}
	}
}

func (c *capture) addEdit(e edit, node ast.Node) {
	e.start, e.end = c.offset(node.Pos()), c.offset(node.End())
	c.edits = append(c.edits, e)
}

func (c *capture) insert(offset int, text string) {
	c.edits = append(c.edits, edit{start: offset, end: offset, text: text})
}

// take makes the declaration of the source from start to end, behind a head of generated text.
func (c *capture) take(head string, start, end int) *declaration {
	d := &declaration{methodUses: map[methodKey]bool{}}
	var text strings.Builder
	text.WriteString(head)
	source, at := c.source.String(), start
	first := sort.Search(len(c.edits), func(i int) bool { return c.edits[i].start >= start })
	for _, e := range c.edits[first:] {
		if e.start >= end {
			break
		}
		if e.start < at {
			continue
		}
		text.WriteString(source[at:e.start])
		if e.symbol != nil {
			from := text.Len()
			text.WriteString(source[e.start:e.end])
			d.references = append(d.references, reference{from, text.Len(), e.symbol, e.embedded})
		} else {
			text.WriteString(e.text)
		}
		at = e.end
	}
	text.WriteString(source[at:end])
	d.text = text.String()
	next := sort.Search(len(c.methods), func(i int) bool { return c.methods[i].offset >= start })
	for ; next < len(c.methods) && c.methods[next].offset < end; next++ {
		d.methodUses[c.methods[next].key] = true
	}
	return d
}

func (c *capture) findMethodUses() {
	for expression, selection := range c.info.Selections {
		if method, ok := selection.Obj().(*types.Func); ok {
			if receiver := c.receiverOf(method); receiver != nil {
				c.methods = append(c.methods, methodUse{c.offset(expression.Pos()), methodKey{receiver, method.Name()}})
			}
		}
	}
	sort.Slice(c.methods, func(i, j int) bool { return c.methods[i].offset < c.methods[j].offset })
}

func (c *capture) receiverOf(method *types.Func) *symbol {
	receiver := method.Origin().Type().(*types.Signature).Recv()
	if receiver == nil {
		return nil
	}
	typ := receiver.Type()
	if pointer, ok := typ.(*types.Pointer); ok {
		typ = pointer.Elem()
	}
	if named, ok := types.Unalias(typ).(*types.Named); ok {
		return c.symbolOf(named.Origin().Obj())
	}
	return nil
}
