package session

// Commit binds what the cell declared and the variables whose statement ran, and returns their names. Progress is what
// Run reported; it is called after a failed run too.
func (u *Unit) Commit(progress int) []string {
	p := u.product
	s := p.session
	s.imports = u.imports
	for name := range p.here.named {
		delete(s.current, name)
	}
	for variable, d := range p.variables {
		if s.current[variable.name] == variable {
			variable.declaration = d
		}
	}
	ran, missing := p.variablesRun(progress)
	p.commitRebound(missing)
	p.commitMethods()
	var names []string
	for _, d := range p.cell.declarations {
		for _, name := range d.names {
			if name == "_" {
				continue
			}
			if names = append(names, name); !d.kept {
				s.bind(p.own[name])
			}
		}
	}
	for _, name := range ran {
		s.bind(p.own[name])
	}
	return append(names, ran...)
}

func (s *Session) bind(made *symbol) {
	s.current[made.name] = made
	delete(s.imports.named, made.name)
}

// variablesRun lists the variables whose step has run, and the symbols of those whose step has not.
func (p *product) variablesRun(progress int) (ran []string, missing map[*symbol]bool) {
	missing = map[*symbol]bool{}
	number := 0
	for _, step := range p.steps {
		if !step.declares() {
			continue
		}
		number++
		for _, d := range step.names {
			if !d.fresh {
				continue
			}
			if number <= progress {
				ran = append(ran, d.name)
			} else if !p.stays[d.name] {
				missing[p.own[d.name]] = true
			}
		}
	}
	return ran, missing
}

// commitRebound binds what was made anew for the cell's sake. What depends on a variable that was not declared after all
// stays as it was.
func (p *product) commitRebound(missing map[*symbol]bool) {
	for again := true; again; {
		again = false
		for _, d := range p.rebound {
			if !missing[d.symbols[0]] && refersToAny(d, missing) {
				for _, s := range d.symbols {
					missing[s] = true
				}
				again = true
			}
		}
	}
	for _, d := range p.rebound {
		for _, made := range d.symbols {
			if !missing[made] && p.byName[made.name] == made && p.session.current[made.name] != nil {
				p.session.current[made.name] = made
			}
		}
	}
}

func refersToAny(d *declaration, symbols map[*symbol]bool) bool {
	for _, r := range d.references {
		if symbols[r.symbol] && !d.declares(r.symbol) {
			return true
		}
	}
	return false
}

// commitMethods gives types the methods they have after the cell.
func (p *product) commitMethods() {
	lists := map[*symbol][]*declaration{}
	for s := range p.binding.methods {
		lists[s] = p.methodsOf(s)
	}
	for s, methods := range p.methods {
		if _, known := lists[s]; !known {
			lists[s] = p.methodsOf(s)
		}
		lists[s] = append(append([]*declaration(nil), lists[s]...), methods...)
	}
	for s, methods := range lists {
		s.methods = methods
	}
}
