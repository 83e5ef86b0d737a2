package session

import "go/types"

// attempt is what the rounds of checking a cell have found out so far.
type attempt struct {
	*resolution
	frozen   map[*declaration]bool // they do not compile with the cell's declarations and keep their binding
	dropped  map[string]bool       // methods "T.M" that do not compile with the type that the cell declares anew
	retyped  map[string]bool       // variables that get another type, or names that become variables
	distinct map[string]bool       // variables that keep the earlier version of their type
	renewed  map[string]bool       // types that get a new version because of their methods
	held     map[string]types.Type // the interfaces of variables whose own type has no name
	order    map[*step]int         // of var declarations
	notes    []string
}

func newAttempt(r *resolution) *attempt {
	return &attempt{resolution: r, frozen: map[*declaration]bool{}, dropped: map[string]bool{}, retyped: map[string]bool{},
		distinct: map[string]bool{}, renewed: map[string]bool{}, held: map[string]types.Type{}}
}

// binding is what one round makes of the session's symbols: who gets a new version, and who refers to it.
type binding struct {
	*attempt
	changed        map[string]bool // names that mean another symbol after the cell
	affected       map[*declaration]bool
	changedMethods map[methodKey]bool // replaced in a type that stays

	versions  map[string]int
	own       map[string]*symbol // the cell's
	byName    map[string]*symbol // what changed names mean now
	successor map[*symbol]*symbol
	rebound   []*declaration // declarations made anew
	origin    map[*declaration]*declaration
	methods   map[*symbol][]*declaration // of types where they are not the symbol's own list
	variables map[*symbol]*declaration
}

func (a *attempt) bind() *binding {
	b := &binding{attempt: a, changed: map[string]bool{}, affected: map[*declaration]bool{}, changedMethods: map[methodKey]bool{},
		versions: map[string]int{}, own: map[string]*symbol{}, byName: map[string]*symbol{}, successor: map[*symbol]*symbol{},
		origin: map[*declaration]*declaration{}, methods: map[*symbol][]*declaration{}, variables: map[*symbol]*declaration{}}
	b.findChanged()
	b.spread()
	b.renew()
	b.takeNames()
	b.retarget()
	return b
}

func (b *binding) findChanged() {
	for name := range b.cell.declared {
		b.changed[name] = true
	}
	for _, name := range b.cell.hoisted {
		if b.retyped[name] || b.current(name) == nil {
			b.changed[name] = true
		}
	}
	for name := range b.renewed {
		b.changed[name] = true
	}
	for _, d := range b.cell.declarations {
		t := b.lateReceiver(d)
		if t == nil {
			continue
		}
		if !b.session.config.LateMethods {
			b.renewed[t.name], b.changed[t.name] = true, true
			if b.mayBeHeld() {
				b.note("values of type %s that interfaces hold keep the methods they had", t.name)
			}
		} else if hasMethod(t.methods, d.method) && !b.renewed[t.name] {
			b.changedMethods[methodKey{t, d.method}] = true
		}
	}
}

// lateReceiver is the type of an earlier cell that a declaration adds a method to.
func (b *binding) lateReceiver(d *cellDeclaration) *symbol {
	if d.kind != methodKind || d.kept || b.cell.declared[d.receiver] != "" {
		return nil
	}
	if t := b.current(d.receiver); t != nil && t.kind == typeKind {
		return t
	}
	return nil
}

// mayBeHeld is true where a variable of the session can hold a value of any type.
func (b *binding) mayBeHeld() bool {
	for _, s := range b.session.current {
		if s.kind == varKind && s.declaration.holdsInterfaces {
			return true
		}
	}
	return false
}

func hasMethod(methods []*declaration, name string) bool {
	for _, m := range methods {
		if m.method == name {
			return true
		}
	}
	return false
}

// spread finds every declaration that depends on what changed, until there is no other.
func (b *binding) spread() {
	if len(b.changed) == 0 && len(b.changedMethods) == 0 {
		return
	}
	for again := true; again; {
		again = false
		for _, s := range b.session.current {
			if s.kind != varKind && b.cell.declared[s.name] == "" && b.touch(s) {
				again = true
			}
		}
	}
}

// touch tells whether it found more.
func (b *binding) touch(s *symbol) (more bool) {
	d := s.declaration
	if !b.affected[d] && !b.frozen[d] && (b.depends(d) || b.renewed[s.name]) {
		b.affected[d], more = true, true
		for _, declared := range d.symbols {
			if b.session.current[declared.name] == declared {
				b.changed[declared.name] = true
			}
		}
	}
	if b.frozen[d] {
		return more
	}
	for _, m := range s.methods {
		if b.affected[m] || b.frozen[m] || !b.affected[d] && !b.depends(m) {
			continue
		}
		if b.affected[d] || b.session.config.LateMethods {
			b.affected[m], more = true, true
			if !b.affected[d] {
				b.changedMethods[methodKey{s, m.method}] = true
			}
		} else if !b.renewed[s.name] {
			b.renewed[s.name], b.changed[s.name], more = true, true, true
		}
	}
	return more
}

// depends goes by names, so that a declaration which kept an earlier binding is tried again.
func (b *binding) depends(d *declaration) bool {
	for _, r := range d.references {
		if r.symbol.bound() && b.changed[r.symbol.name] && !d.declares(r.symbol) {
			return true
		}
	}
	for key := range d.methodUses {
		if b.changedMethods[key] {
			return true
		}
	}
	return false
}

func (b *binding) newSymbol(name string, of kind) *symbol {
	if b.versions[name] == 0 {
		b.versions[name] = b.session.versions[name]
	}
	b.versions[name]++
	return &symbol{name: name, kind: of, version: b.versions[name]}
}

// renew makes new symbols for the affected declarations.
func (b *binding) renew() {
	done := map[*declaration]bool{}
	for _, s := range sorted(b.session.current) {
		d := s.declaration
		if s.kind == varKind || !b.affected[d] || done[d] {
			continue
		}
		done[d] = true
		made := d.copyFor(nil, nil, nil)
		for _, old := range d.symbols {
			new := b.newSymbol(old.name, old.kind)
			new.declaration = made
			made.symbols = append(made.symbols, new)
			b.successor[old] = new
			if b.session.current[old.name] == old {
				b.byName[old.name] = new
			}
		}
		b.origin[made] = d
		b.rebound = append(b.rebound, made)
	}
}

// takeNames makes the symbols of what the cell declares.
func (b *binding) takeNames() {
	take := func(name string, of kind, replaces bool) {
		made := b.newSymbol(name, of)
		b.own[name] = made
		if replaces {
			b.byName[name] = made
			if old := b.session.current[name]; old != nil {
				b.successor[old] = made
			}
		}
	}
	for _, d := range b.cell.declarations {
		for _, name := range d.names {
			if name != "_" && !d.kept {
				take(name, d.kind, true)
			}
		}
	}
	for _, name := range b.cell.hoisted {
		take(name, varKind, b.changed[name])
	}
}
