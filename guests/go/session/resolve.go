package session

import (
	"sort"
	"strings"
)

// resolve decides what the names of a cell mean where Go's own scopes cannot say it:
//   - before the step that declares x again, and on its right side, x is the earlier x;
//   - a name that the session has made its own although Go has it built in is versioned;
//   - a name that comes from a dot import gets its package's name.
//
// It says so by renames, so that go/types sees one package without double meanings.
type resolution struct {
	session  *Session
	cell     *parsed
	imports  imports // of the session and the cell
	here     imports // of the cell
	hoisted  map[string]bool
	reached  map[string]bool // variables whose step stands before
	earlier  map[*symbol]bool
	names    map[string]bool // that the cell uses or declares
	packages map[string]bool // paths that renames name
	renames  []rename
	problems []problem
}

func (s *Session) resolve(p *parsed, all, here imports) (*resolution, *CompileError) {
	r := &resolution{session: s, cell: p, imports: all, here: here, hoisted: map[string]bool{}, reached: map[string]bool{},
		earlier: map[*symbol]bool{}, names: map[string]bool{},
		packages: map[string]bool{}, renames: append([]rename(nil), p.renames...)}
	for _, name := range p.hoisted {
		r.hoisted[name] = true
	}
	for _, d := range p.declarations {
		for _, u := range d.uses {
			r.declarationUse(u)
		}
	}
	for i, step := range p.steps {
		for _, u := range step.uses {
			if !u.defining {
				r.stepUse(u, i)
			}
		}
		for _, d := range step.names {
			r.reached[d.name] = true
			if reserved(d.name) {
				r.renames = append(r.renames, rename{d.start, d.start + len(d.name), visibleName(d.name)})
			}
		}
	}
	if len(r.problems) > 0 {
		return nil, p.failure(TypeError, r.problems...)
	}
	sort.Slice(r.renames, func(i, j int) bool { return r.renames[i].start < r.renames[j].start })
	return r, nil
}

// declarationUse: inside a func, type or const a name means what it means when the cell has run.
func (r *resolution) declarationUse(u use) {
	if u.key {
		r.names[u.name] = true
		return
	}
	if u.called && r.hoisted[u.name] && !r.cell.program && reserved(u.name) && !r.cell.functions[u.name] {
		return // `max := 3` at the top level leaves max(1, 2) in a function alone
	}
	path, imported := r.imports.named[u.name]
	if imported && r.hoisted[u.name] && r.session.exports(path, u.selected) {
		r.renamePackage(u, path, "") // `url := …` at the top level leaves url.Parse in a function alone
		return
	}
	r.laterUse(u)
}

func (r *resolution) stepUse(u use, at int) {
	if u.key {
		r.names[u.name] = true
		return
	}
	if !r.hoisted[u.name] || r.reached[u.name] || r.sameGroup(u.name, at) {
		r.laterUse(u)
		return
	}
	if earlier := r.current(u.name); earlier != nil {
		r.earlier[earlier] = true
		r.rename(u, earlier.versioned())
		return
	}
	if path, ok := r.imports.named[u.name]; ok {
		r.renamePackage(u, path, "")
		return
	}
	if !reserved(u.name) && !r.dotted(u, r.imports.dotted) {
		r.problems = append(r.problems, problem{offset: u.start, message: "undefined: " + u.name})
	}
}

// sameGroup: the var declarations of a program are in no order, nor are those of a cell that stand together, unless
// the name means something already.
func (r *resolution) sameGroup(name string, at int) bool {
	here := r.cell.steps[at]
	if here.kind != varStep || !r.cell.program && r.current(name) != nil {
		return false
	}
	for i := at; i < len(r.cell.steps); i++ {
		if s := r.cell.steps[i]; s.kind == varStep && s.group == here.group && (i > at || r.cell.program) {
			for _, d := range s.names {
				if d.name == name {
					return true
				}
			}
		}
	}
	return false
}

func (r *resolution) laterUse(u use) {
	if reserved(u.name) && r.leavesBuiltin(u) {
		return
	}
	_, declared := r.cell.declared[u.name]
	if !declared && !r.hoisted[u.name] && r.here.named[u.name] == "" && r.dotted(u, r.here.dotted) {
		return
	}
	owned := declared || r.hoisted[u.name] || r.current(u.name) != nil
	if owned && reserved(u.name) {
		r.rename(u, visibleName(u.name))
	} else if owned || r.imports.named[u.name] != "" || !r.dotted(u, r.imports.dotted) {
		r.names[u.name] = true
	}
}

// leavesBuiltin: an earlier cell's `max := 3` leaves max(1, 2) alone, and a whole file altogether.
func (r *resolution) leavesBuiltin(u use) bool {
	s := r.current(u.name)
	if s == nil || r.hoisted[u.name] || r.cell.declared[u.name] != "" {
		return false
	}
	return r.cell.file || u.called && s.kind == varKind && !strings.HasPrefix(s.declaration.text, "var "+u.name+" func(")
}

// dotted finds the package of a dot import that a name comes from.
func (r *resolution) dotted(u use, paths []string) bool {
	for i := len(paths) - 1; i >= 0; i-- {
		if path := paths[i]; r.session.exports(path, u.name) {
			r.renamePackage(u, path, "."+u.name)
			return true
		}
	}
	return false
}

func (r *resolution) rename(u use, text string) {
	r.names[u.name] = true
	r.renames = append(r.renames, rename{u.start, u.end, text})
}

func (r *resolution) renamePackage(u use, path, member string) {
	r.packages[path] = true
	r.renames = append(r.renames, rename{u.start, u.end, r.session.packageSymbol(path).name + member})
}

// current is what the session has under a name, unless the cell imports a package under it.
func (r *resolution) current(name string) *symbol {
	if r.here.named[name] != "" {
		return nil
	}
	return r.session.current[name]
}

// visibleName is what the current symbol of a name is called while the cell is checked.
func visibleName(name string) string {
	if reserved(name) {
		return name + letter + "own"
	}
	return name
}
