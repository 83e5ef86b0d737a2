package session

import "sort"

// visible is what a name means in the cell.
func (b *binding) visible(name string) *symbol {
	if s := b.own[name]; s != nil {
		return s
	}
	if s := b.byName[name]; s != nil {
		return s
	}
	return b.current(name)
}

// checkName is what a symbol is called while the cell is checked: the cell's own spelling means the visible one.
func (b *binding) checkName(s *symbol, embedded bool) string {
	switch {
	case s.kind == packageKind:
		return s.name
	case b.visible(s.name) == s:
		return visibleName(s.name)
	}
	return s.versioned()
}

// methodsOf lists the methods that a type has after the cell, without those that the cell declares.
func (b *binding) methodsOf(s *symbol) []*declaration {
	methods, ok := b.methods[s]
	if !ok {
		methods = s.methods
	}
	if b.visible(s.name) != s {
		return methods
	}
	var kept []*declaration
	for _, m := range methods {
		if !b.declaresMethod(s.name, m.method) {
			kept = append(kept, m)
		}
	}
	return kept
}

func (b *binding) declaresMethod(receiver, method string) bool {
	for _, d := range b.cell.declarations {
		if d.kind == methodKind && !d.kept && d.receiver == receiver && d.method == method {
			return true
		}
	}
	return false
}

// variable is the declaration of a variable whose storage stays. Its type is the new version where a type was declared
// anew: the layout decides whether it may be.
func (b *binding) variable(s *symbol) *declaration {
	if known := b.variables[s]; known != nil {
		return known
	}
	d := s.declaration
	if !b.distinct[s.name] && b.session.current[s.name] == s {
		references := append([]reference(nil), d.references...)
		for i, r := range references {
			if new := b.successor[r.symbol]; new != nil && r.symbol != s {
				references[i].symbol = new
			}
		}
		d = d.copyFor(d.symbols, nil, references)
	}
	b.variables[s] = d
	return d
}

// alteredTypes are types of earlier cells whose method tables change in place, and the types made of them.
func (b *binding) alteredTypes() map[*symbol]bool {
	altered := map[*symbol]bool{}
	for _, d := range b.cell.declarations {
		if t := b.lateReceiver(d); t != nil && b.visible(t.name) == t {
			altered[t] = true
		}
	}
	for s := range b.methods {
		if b.session.current[s.name] == s {
			altered[s] = true
		}
	}
	for again := len(altered) > 0; again; {
		again = false
		for name := range b.session.current {
			s := b.visible(name)
			if s == nil || s.kind != typeKind || altered[s] || s.declaration == nil {
				continue
			}
			for _, r := range s.declaration.references {
				if altered[r.symbol] && r.symbol != s {
					altered[s], again = true, true
					break
				}
			}
		}
	}
	return altered
}

// sorted gives the symbols by name, so that the same cells make the same code.
func sorted(symbols map[string]*symbol) []*symbol {
	list := make([]*symbol, 0, len(symbols))
	for _, s := range symbols {
		list = append(list, s)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

// closure is a set of declarations with everything that they need.
type closure struct {
	*binding
	seen         map[*declaration]bool
	declarations []*declaration
	symbols      map[string]*symbol // by the name in the check
}

func (b *binding) newClosure() *closure {
	return &closure{binding: b, seen: map[*declaration]bool{}, symbols: map[string]*symbol{}}
}

func (c *closure) addSymbol(s *symbol) {
	if s.kind == packageKind {
		return
	}
	c.symbols[c.checkName(s, false)] = s
	switch {
	case s.declaration == nil:
	case s.kind == varKind:
		c.add(c.variable(s))
	default:
		c.add(s.declaration)
	}
}

func (c *closure) add(d *declaration) {
	if c.seen[d] {
		return
	}
	c.seen[d] = true
	c.declarations = append(c.declarations, d)
	for _, r := range d.references {
		c.addSymbol(r.symbol)
	}
	if d.kind == typeKind {
		for _, s := range d.symbols {
			for _, m := range c.methodsOf(s) {
				c.add(m)
			}
		}
	}
}
