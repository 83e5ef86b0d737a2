// Package session holds what the cells of a context have declared, and turns the next cell into one Go file.
//
// A cell becomes a compile unit of package "repl" that is loaded into the same process as those before. The unit has the
// cell's declarations, its statements as one function, and again the text of every earlier declaration that it needs:
// the first loaded definition of a symbol is the one that all units use. Therefore a name that is declared anew gets
// another physical name, a version, and what depends on it is made anew with it. A variable keeps its storage as long as
// its type stays.
//
// The stages: cell and split (text), parse, declarations, steps, uses and hoist (its parts and the names in them), imports,
// kept and resolve (what names mean), binding, retarget and visible (who gets a new version), unit_source, run_source and
// check (what go/types sees), rounds, order, embedded, layout and variables (what follows from what it says), capture
// (declarations with references), instrument, recursion, goroutines, exits, support and unused (what code in a cell gets
// besides), emit and unit (the file), and commit.
//
// Names of its own that a unit has: Run__N, Keep__N and names with the letter U+A78F, such as initꞏ3ꞏ0 for the first
// init function of cell 3. A version is that letter or U+00B7, and a number, behind a name.
package session

import "go/types"

// Config says what the compiler, the linker and the runtime of the cells can do.
type Config struct {
	GoVersion   string         // "go1.26": the language version for go/types
	Importer    types.Importer // finds the packages that cells import
	Dot         bool           // identifiers may contain U+00B7
	LateMethods bool           // methods are added to and replaced in a loaded type
	Guard       bool           // the runtime contains panics of goroutines
}

// Session is what the cells of a context have declared. It is used by one goroutine at a time.
type Session struct {
	config         Config
	current        map[string]*symbol // what a name means now; methods belong to their types
	imports        imports
	versions       map[string]int // the highest that was loaded
	methodVersions map[string]int
	packages       map[string]*symbol // by path
	supporting     map[string]*symbol
}

// New makes a session without names.
func New(config Config) *Session {
	return &Session{config: config, current: map[string]*symbol{}, imports: imports{named: map[string]string{}},
		versions: map[string]int{}, methodVersions: map[string]int{}, packages: map[string]*symbol{}, supporting: map[string]*symbol{}}
}

// Build turns a cell into one compile unit. Nothing in the session changes until Commit. The error is a *CompileError.
func (s *Session) Build(count int, code string) (*Unit, error) {
	unit, failure := s.build(count, code)
	if failure != nil {
		return nil, failure
	}
	return unit, nil
}

func (s *Session) build(count int, code string) (*Unit, *CompileError) {
	c, failure := readCell(count, code)
	if failure != nil {
		return nil, failure
	}
	p, failure := parse(c)
	if failure != nil {
		return nil, failure
	}
	here, blank, failure := s.loadImports(p)
	if failure != nil {
		return nil, failure
	}
	all := s.imports.with(here)
	s.keepUnchanged(p, all, here.named)
	r, failure := s.resolve(p, all, here)
	if failure != nil {
		return nil, failure
	}
	u, failure := newAttempt(r).settle()
	if failure != nil {
		return nil, failure
	}
	return u.produce(blank).unit(all), nil
}
