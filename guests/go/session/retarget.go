package session

// retarget lets everything made anew refer to the new symbols.
func (b *binding) retarget() {
	for _, made := range b.rebound {
		old := b.origin[made]
		made.references = b.retargeted(old)
		if made.kind == typeKind {
			b.carryMethods(old.symbols[0], made.symbols[0])
		}
	}
	for _, d := range b.cell.declarations {
		if d.kind != typeKind || d.kept || b.cell.file || b.cell.program {
			continue
		}
		for _, name := range d.names {
			if old := b.current(name); old != nil && name != "_" {
				b.carryMethods(old, b.own[name])
			}
		}
	}
	for _, s := range b.session.current {
		if s.kind == typeKind && !b.affected[s.declaration] && b.cell.declared[s.name] == "" {
			b.replaceMethods(s)
		}
	}
}

func (b *binding) retargeted(d *declaration) []reference {
	references := make([]reference, len(d.references))
	for i, r := range d.references {
		references[i] = r
		if !r.symbol.bound() {
			continue
		}
		if d.declares(r.symbol) {
			references[i].symbol = b.successor[r.symbol]
		} else if new := b.byName[r.symbol.name]; new != nil {
			references[i].symbol = new
		}
	}
	return references
}

func (b *binding) carryMethods(from, to *symbol) {
	for _, m := range from.methods {
		if !b.dropped[to.name+"."+m.method] {
			carried := m.copyFor(nil, to, b.retargeted(m))
			b.origin[carried] = m
			b.methods[to] = append(b.methods[to], carried)
		}
	}
}

// replaceMethods makes the affected methods of a type that stays anew.
func (b *binding) replaceMethods(s *symbol) {
	for i, m := range s.methods {
		if !b.affected[m] {
			continue
		}
		if b.methods[s] == nil {
			b.methods[s] = append([]*declaration(nil), s.methods...)
		}
		made := m.copyFor(nil, s, b.retargeted(m))
		b.origin[made] = m
		b.methods[s][i] = made
	}
}
