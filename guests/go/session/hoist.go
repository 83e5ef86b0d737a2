package session

// hoist decides which step declares which variable: variables at the top level of a cell live in the session.
func (p *parsed) hoist() (problems []problem) {
	here := map[string]bool{}
	for _, s := range p.steps {
		fresh := 0
		for i, d := range s.names {
			if d.name == "_" {
				continue
			}
			_, declared := p.declared[d.name]
			if declared || here[d.name] && s.kind == varStep {
				problems = append(problems, problem{TypeError, d.start, d.name + " redeclared in this block"})
				continue
			}
			if !here[d.name] {
				here[d.name] = true
				p.hoisted = append(p.hoisted, d.name)
				s.names[i].fresh = true
				fresh++
			}
		}
		if s.kind == defineStep && fresh == 0 && len(problems) == 0 {
			problems = append(problems, problem{TypeError, s.operator, "no new variables on left side of :="})
		}
	}
	return problems
}

// orderProgram gives a program the order of Go: variables, then init functions, then main. A cell with a func main that
// it does not call itself is a program too, where nothing but declarations stands around it.
func (p *parsed) orderProgram() {
	runsMain := p.declared["main"] == funcKind
	var variables, calls, others []*step
	for _, s := range p.steps {
		for _, u := range s.uses {
			runsMain = runsMain && u.name != "main"
		}
		switch s.kind {
		case varStep:
			variables = append(variables, s.singly()...)
		case initStep:
			calls = append(calls, s)
		default:
			others = append(others, s)
		}
	}
	p.program = len(others) == 0 && (p.file || runsMain)
	if p.program {
		for _, s := range variables {
			s.group = 1
		}
		p.steps = append(variables, calls...)
	}
	if !runsMain {
		return
	}
	at := len(p.steps)
	if at > 0 && p.steps[at-1].kind == valueStep { // its value stays the last
		at--
	}
	call := &step{kind: mainStep, start: len(p.text), end: len(p.text), call: "main()"}
	p.steps = append(p.steps[:at:at], append([]*step{call}, p.steps[at:]...)...)
}

// singly makes one step of each name of `var a, b = x, y`: in a program they are initialised apart.
func (s *step) singly() []*step {
	if len(s.each) != len(s.names) {
		return []*step{s}
	}
	var steps []*step
	for i, d := range s.names {
		if d.name == "_" {
			return []*step{s}
		}
		one := *s
		one.names, one.values = s.names[i:i+1], s.each[i]
		steps = append(steps, &one)
	}
	return steps
}
