package session

// orderVariables puts var declarations that stand together in the order in which Go initialises them. It tells whether
// that is another than the one that was checked.
func (u *checkUnit) orderVariables() bool {
	if u.order != nil {
		return false
	}
	number := map[int]int{} // by where in the cell the variable stands
	for i, initializer := range u.info.InitOrder {
		for _, variable := range initializer.Lhs {
			if offset, owner := u.source.origin(u.offset(variable.Pos())); owner == nil {
				number[offset] = i
			}
		}
	}
	order := map[*step]int{}
	last := 0
	for _, s := range u.cell.steps {
		if s.kind != varStep {
			continue
		}
		if at, ok := s.number(number); ok {
			last = at
		}
		order[s] = last
		if s.values[1] == 0 { // zero before anything is initialised
			order[s] = -1
		}
	}
	u.order = order
	moved := u.inOrder(u.cell.steps)
	for i, s := range u.cell.steps {
		if moved[i] != s {
			return true
		}
	}
	return false
}

func (s *step) number(at map[int]int) (int, bool) {
	for _, d := range s.names {
		if number, ok := at[d.start]; ok {
			return number, true
		}
	}
	return 0, false
}
