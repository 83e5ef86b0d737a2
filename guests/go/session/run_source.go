package session

import (
	"fmt"
	"go/types"
	"sort"
)

// writeInference declares the variables of a step at package level, so that go/types finds their types.
func (u *checkUnit) writeInference(s *step) {
	if !s.declares() && !(u.cell.program && s.kind == varStep) { // in a program they have their place in the order
		return
	}
	u.source.WriteString("var ")
	for i, d := range s.names {
		if i > 0 {
			u.source.WriteString(", ")
		}
		name := "_"
		if d.fresh && u.held[d.name] == nil {
			name = visibleName(d.name)
		}
		u.source.fromCell(name, d.start, len(d.name))
	}
	if s.typ[1] > 0 {
		u.source.WriteString(" ")
		u.source.copyCell(u.resolution, s.typ[0], s.typ[1])
	}
	if values := s.valueRange(); values[1] > 0 {
		u.source.WriteString(" = ")
		u.source.copyCell(u.resolution, values[0], values[1])
	}
	u.source.WriteString("\n")
	for _, d := range s.names {
		if typ := u.held[d.name]; typ != nil && d.fresh {
			u.source.fromCell("var "+visibleName(d.name)+" "+u.heldType(typ)+"\n", d.start, len(d.name))
		}
	}
}

// heldType is an interface as the unit spells it. Its packages are imported already.
func (u *checkUnit) heldType(typ types.Type) string {
	return types.TypeString(typ, func(p *types.Package) string { return u.session.packageSymbol(p.Path()).name })
}

// valueRange is the right side of a definition or a var spec; empty where it has none.
func (s *step) valueRange() [2]int {
	if s.kind == defineStep {
		return [2]int{s.operator + len(":="), s.end}
	}
	return s.values
}

// writeRun writes the function that is the cell's statements. It reports how many of the steps that declare variables
// have run.
func (u *checkUnit) writeRun() {
	u.steps = u.inOrder(u.cell.steps)
	fmt.Fprintf(&u.source, "func %s(%s *[]any, %s *int) {\n", u.runName(), resultName, progressName)
	for _, s := range u.steps {
		u.stepStarts[s] = u.source.Len()
		u.writeStep(s)
		if s.declares() {
			u.hoists++
			fmt.Fprintf(&u.source, "*%s = %d\n", progressName, u.hoists)
		}
	}
	u.source.WriteString("}\n")
}

// inOrder sorts the var declarations that stand together by what Go says about their order.
func (a *attempt) inOrder(steps []*step) []*step {
	steps = append([]*step(nil), steps...)
	for from := 0; from < len(steps); {
		to := from + 1
		for to < len(steps) && steps[from].kind == varStep && steps[to].kind == varStep && steps[to].group == steps[from].group {
			to++
		}
		group := steps[from:to]
		sort.SliceStable(group, func(i, j int) bool { return a.order[group[i]] < a.order[group[j]] })
		from = to
	}
	return steps
}

func (s *step) declares() bool {
	for _, d := range s.names {
		if d.fresh {
			return true
		}
	}
	return false
}

func (u *checkUnit) writeStep(s *step) {
	r := u.resolution
	switch s.kind {
	case plainStep:
		u.source.copyCell(r, s.start, s.end)
	case defineStep:
		u.source.copyCell(r, s.start, s.operator)
		u.source.fromCell("=", s.operator, len(":="))
		u.source.copyCell(r, s.operator+len(":="), s.end)
	case varStep:
		u.writeVariables(s)
	case valueStep:
		u.source.WriteString(collectName + "(")
		u.source.copyCell(r, s.start, s.end)
		u.source.WriteString(s.suffix + ")")
	case initStep, mainStep:
		u.source.fromCell(s.call, s.start, 0)
	}
	u.source.WriteString("\n")
}

func (u *checkUnit) writeVariables(s *step) {
	switch {
	case !s.declares():
		u.source.WriteString("{ var ")
		u.source.copyCell(u.resolution, s.start, s.end)
		u.source.WriteString("\n}")
	case s.values[1] > 0:
		for i, d := range s.names {
			if i > 0 {
				u.source.WriteString(", ")
			}
			u.writeName(d)
		}
		u.source.WriteString(" = ")
		u.source.copyCell(u.resolution, s.values[0], s.values[1])
	default:
		for _, d := range s.names {
			if d.fresh {
				u.writeName(d)
				u.source.WriteString(" = *new(")
				u.source.copyCell(u.resolution, s.typ[0], s.typ[1])
				u.source.WriteString(");")
			}
		}
	}
}

func (u *checkUnit) writeName(d definition) {
	u.source.fromCell(visibleName(d.name), d.start, len(d.name))
}

func sortedNames(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
