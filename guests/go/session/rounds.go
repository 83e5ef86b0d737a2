package session

import (
	"fmt"
	"go/types"
)

// Every round but the last finds something that has to be bound otherwise, and there are only so many such things. A
// limit all the same: a round costs as much as the cell.
const maxRounds = 40

// settle binds and checks until nothing has to be bound otherwise.
func (a *attempt) settle() (*checkUnit, *CompileError) {
	for round := 0; ; round++ {
		u := a.bind().writeCheckUnit()
		found := u.check()
		if len(found.problems) > 0 && !a.anyProgress(u, found) {
			return nil, a.cell.failure(problemKind(u), found.problems...)
		}
		if len(found.problems) == 0 && len(found.broken) == 0 {
			held, problems := u.holdUnnamable()
			if len(problems) > 0 {
				return nil, a.cell.failure(TypeError, problems...)
			}
			if !held && !u.compareVariables() && !u.orderVariables() {
				return u, nil
			}
		} else if len(found.problems) == 0 && !u.rebindBroken(found.broken) {
			return nil, a.cell.failure(TypeError, problem{offset: 0, message: "an earlier declaration does not compile with this cell: " + found.broken[0].title()})
		}
		if round == maxRounds {
			return nil, a.cell.failure(TypeError, problem{offset: 0, message: "the declarations of this cell and the earlier ones exclude each other"})
		}
	}
}

func problemKind(u *checkUnit) string {
	if u.file == nil {
		return SyntaxError
	}
	return TypeError
}

// anyProgress: a wrong cell may become right when an earlier declaration is bound otherwise.
func (a *attempt) anyProgress(u *checkUnit, found *findings) bool {
	return u.renameEmbedded(found.unknown) || len(found.broken) > 0 && u.rebindBroken(found.broken)
}

func (d *declaration) title() string {
	if d.kind == methodKind && d.receiver != nil {
		return d.receiver.name + "." + d.method
	}
	if len(d.symbols) > 0 {
		return d.symbols[0].name
	}
	return string(d.kind)
}

// rebindBroken finds for each earlier declaration that does not compile how it can stay. It tells whether that is new.
func (u *checkUnit) rebindBroken(broken []*declaration) (progress bool) {
	for _, d := range broken {
		if u.rebindOne(d) {
			progress = true
		}
	}
	return progress
}

func (u *checkUnit) rebindOne(d *declaration) bool {
	before := u.origin[d]
	if before == nil { // it was not made anew: a variable that it uses was, or a method
		return u.separateVariables(d) || u.renewTypes(d)
	}
	if u.renewTypes(before) {
		return true
	}
	if d.kind != methodKind {
		return u.freeze(before)
	}
	switch {
	case u.own[d.receiver.name] == d.receiver:
		return u.drop(d)
	case u.session.current[d.receiver.name] == d.receiver:
		return u.freeze(before)
	}
	return u.freeze(before.receiver.declaration)
}

func (u *checkUnit) freeze(d *declaration) bool {
	if u.frozen[d] {
		return u.separateVariables(d)
	}
	u.frozen[d] = true
	if u.wasCurrent(d) {
		u.note("%s keeps its earlier binding: it does not compile with this cell's declarations", d.title())
	}
	return true
}

// wasCurrent is false for a declaration that had kept an earlier binding before: that has been said.
func (u *checkUnit) wasCurrent(d *declaration) bool {
	for _, r := range d.references {
		if r.symbol.bound() && u.session.current[r.symbol.name] != r.symbol && u.changed[r.symbol.name] {
			return false
		}
	}
	return true
}

func (u *checkUnit) drop(method *declaration) bool {
	title := method.title()
	if u.dropped[title] {
		return false
	}
	u.dropped[title] = true
	u.note("method %s was dropped: it does not compile with the new %s", title, method.receiver.name)
	return true
}

// separateVariables keeps the earlier types of variables that a declaration with an earlier binding uses.
func (u *checkUnit) separateVariables(d *declaration) (progress bool) {
	for _, r := range d.references {
		s := r.symbol
		if s.kind == varKind && !u.distinct[s.name] && u.session.current[s.name] == s && u.reinterpreted(s) != nil {
			u.keepType(s)
			progress = true
		}
	}
	return progress
}

func (u *checkUnit) keepType(variable *symbol) {
	u.distinct[variable.name] = true
	u.note("variable %s keeps the earlier type %s", variable.name, u.reinterpreted(variable).name)
}

// renewTypes gives a type a new version where a method that the cell replaces breaks what uses the earlier one.
func (u *checkUnit) renewTypes(d *declaration) (progress bool) {
	for key := range d.methodUses {
		if u.changedMethods[key] && !u.renewed[key.receiver.name] && u.declaresMethod(key.receiver.name, key.method) {
			u.renewed[key.receiver.name] = true
			progress = true
		}
	}
	return progress
}

func (a *attempt) note(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	for _, said := range a.notes {
		if said == text {
			return
		}
	}
	a.notes = append(a.notes, text)
}

// compareVariables tells whether a variable has to be bound otherwise: one that the cell declares with another type gets
// storage of its own, and one whose type was declared anew takes the new type only where the layouts agree.
func (u *checkUnit) compareVariables() (again bool) {
	scope := u.pkg.Scope()
	for _, name := range u.cell.hoisted {
		earlier := u.session.current[name]
		if earlier == nil || u.retyped[name] || u.here.named[name] != "" {
			continue
		}
		if earlier.kind != varKind || !identical(scope, u.checkName(earlier, false), visibleName(name)) {
			u.retyped[name], again = true, true
		}
	}
	for _, s := range sorted(u.session.current) {
		if s.kind != varKind || u.own[s.name] != nil || u.distinct[s.name] {
			continue
		}
		for _, r := range s.declaration.references {
			now := u.successor[r.symbol]
			if now == nil || r.symbol.kind != typeKind {
				continue
			}
			before, after := scope.Lookup(u.checkName(r.symbol, false)), scope.Lookup(u.checkName(now, false))
			if before == nil || after == nil || !sameLayout(before.Type(), after.Type()) {
				u.keepType(s)
				again = true
				break
			}
		}
	}
	return again
}

func identical(scope *types.Scope, a, b string) bool {
	one, other := scope.Lookup(a), scope.Lookup(b)
	return one != nil && other != nil && types.Identical(one.Type(), other.Type())
}
