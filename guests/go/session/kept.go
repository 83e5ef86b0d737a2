package session

// keepUnchanged finds the declarations that the session has already, word for word and with the same meaning: a cell that
// is run again declares nothing anew.
func (s *Session) keepUnchanged(p *parsed, all imports, here map[string]string) {
	known := map[*cellDeclaration]*declaration{}
	for _, d := range p.declarations {
		if before := s.before(d); before != nil && before.tokens == tokensOf(d.text(p)) && s.means(d, before, all, here) {
			known[d], d.kept = before, true
		}
	}
	for again := true; again; { // what one that is not kept declares has another meaning
		again = false
		anew := map[string]bool{}
		for _, d := range p.declarations {
			if !d.kept {
				for _, name := range d.names {
					anew[name] = true
				}
			}
		}
		for _, name := range p.hoisted {
			if v := s.current[name]; v == nil || v.kind != varKind {
				anew[name] = true
			}
		}
		for d, before := range known {
			if d.kept && refersTo(before, anew) {
				d.kept, again = false, true
			}
		}
	}
	for _, d := range p.declarations {
		if d.kept {
			for _, name := range d.names {
				delete(p.declared, name)
			}
		}
	}
}

func (d *cellDeclaration) text(p *parsed) string {
	start := d.start
	if len(d.specs) == 1 {
		return p.text[d.specs[0][0]:d.specs[0][1]]
	}
	return p.text[start:d.end]
}

// before is the session's declaration of the same names.
func (s *Session) before(d *cellDeclaration) *declaration {
	if d.kind == methodKind {
		if t := s.current[d.receiver]; t != nil {
			for _, m := range t.methods {
				if m.method == d.method {
					return m
				}
			}
		}
		return nil
	}
	if len(d.specs) > 1 || len(d.names) == 0 {
		return nil
	}
	var before *declaration
	for _, name := range d.names {
		known := s.current[name]
		if name == "_" || known == nil || known.kind != d.kind || before != nil && known.declaration != before {
			return nil
		}
		before = known.declaration
	}
	return before
}

// means tells whether the names that d uses still stand for what they stood for in the earlier declaration.
func (s *Session) means(d *cellDeclaration, before *declaration, all imports, here map[string]string) bool {
	symbols, paths := map[*symbol]bool{}, map[string]bool{}
	for _, r := range before.references {
		if r.symbol.kind == packageKind {
			paths[r.symbol.path] = true
		} else if r.symbol.kind == localKind {
			continue
		} else if symbols[r.symbol] = true; s.current[r.symbol.name] != r.symbol {
			return false
		}
	}
	for _, u := range d.uses {
		now := s.current[u.name]
		if here[u.name] != "" {
			now = nil
		}
		if now != nil {
			if !symbols[now] && !u.key {
				return false
			}
		} else if path := all.named[u.name]; path != "" && !paths[path] {
			return false
		}
	}
	return true
}

func refersTo(d *declaration, names map[string]bool) bool {
	for _, r := range d.references {
		if r.symbol.bound() && names[r.symbol.name] {
			return true
		}
	}
	return false
}
