package session

// Unit is a cell as it is compiled.
type Unit struct {
	Source         string         // one Go file, `package main`, compiled with -p repl; //line directives give cell-N.go
	Run            string         // "Run__12": func(result *[]any, progress *int)
	Empty          bool           // nothing to compile or run; Commit binds what there is
	Imports        []string       // import paths that Source uses
	MethodVersions map[string]int // by the method's name: what its code is called with feature "methver"
	Redefined      []string       // names of methods whose tables must be rebuilt in place
	Notes          []string       // what the reader should know, such as "f keeps its earlier binding: …"

	product *product
	imports imports
}

func (p *product) unit(all imports) *Unit {
	u := &Unit{Run: p.runName(), MethodVersions: map[string]int{}, Notes: p.notes, product: p, imports: all}
	if len(p.cell.steps) == 0 && len(p.declarations) == 0 && len(p.blank) == 0 {
		u.Empty = true
		return u
	}
	u.Source, u.Imports = p.write()
	for method, version := range p.session.methodVersions {
		u.MethodVersions[method] = version
	}
	redefined := map[string]bool{}
	for key := range p.changedMethods {
		redefined[key.method] = true
	}
	u.Redefined = sortedNames(redefined)
	for _, method := range u.Redefined {
		u.MethodVersions[method] = max(u.MethodVersions[method], 1) + 1
	}
	return u
}

// Loaded says that the code is in the process: its names are used up, whatever follows.
func (u *Unit) Loaded() {
	s := u.product.session
	for name, version := range u.product.versions {
		s.versions[name] = max(s.versions[name], version)
	}
	s.methodVersions = u.MethodVersions
}
