package session

import (
	"go/types"
	"strconv"
	"strings"
)

type kind string

const (
	funcKind    kind = "func"
	methodKind  kind = "method"
	typeKind    kind = "type"
	constKind   kind = "const"
	varKind     kind = "var"
	packageKind kind = "package"
	localKind   kind = "local type"
)

// What separates a name from its version. The letter (U+A78F) is valid in identifiers for every compiler and for
// go/types; a compiler with feature "dot" takes the dot (U+00B7), and prints main.P for P·2.
const (
	letter = "ꞏ"
	dot    = "·"
)

// symbol is one version of a name. Its physical name, the one that is compiled and linked, never changes its meaning.
type symbol struct {
	name        string
	kind        kind
	version     int
	path        string         // of a package
	declaration *declaration   // nil for a package
	methods     []*declaration // of a type
}

// reference is a place in the text of a declaration where a symbol's name stands.
type reference struct {
	start, end int
	symbol     *symbol
	embedded   bool // the name is that of a field, which embeds the symbol's type
}

type methodKey struct {
	receiver *symbol
	method   string
}

// declaration is the text of a func, type, const or method, instrumented, with its references. It is not changed: what
// it refers to changes by making another one.
type declaration struct {
	kind       kind
	text       string
	references []reference
	symbols    []*symbol // what it declares
	receiver   *symbol   // of a method
	method     string
	methodUses map[methodKey]bool
	tokens     string // the text that was given, without layout and comments
	generic    bool   // a type with parameters

	holdsInterfaces bool // a variable: its type is made of interfaces too
}

// declares tells a declaration's own names from those it depends on.
func (d *declaration) declares(s *symbol) bool {
	for _, own := range d.symbols {
		if own == s {
			return true
		}
	}
	return false
}

// spelled is the text with every referenced symbol under the name that the caller gives it.
func (d *declaration) spelled(name func(*symbol, bool) string) string {
	var text strings.Builder
	at := 0
	for _, r := range d.references {
		text.WriteString(d.text[at:r.start])
		text.WriteString(name(r.symbol, r.embedded))
		at = r.end
	}
	text.WriteString(d.text[at:])
	return text.String()
}

// copyFor makes the same declaration for other symbols.
func (d *declaration) copyFor(symbols []*symbol, receiver *symbol, references []reference) *declaration {
	made := *d
	made.symbols, made.receiver, made.references = symbols, receiver, references
	return &made
}

// bound is true for what a name can come to mean another symbol of.
func (s *symbol) bound() bool { return s.kind != packageKind && s.kind != localKind }

// versioned names s apart from every other version of its name. It is what go/types sees.
func (s *symbol) versioned() string { return s.name + letter + strconv.Itoa(s.version) }

// physical is the name that is compiled and linked.
func (s *symbol) physical(withDot bool) string {
	switch {
	case s.kind == packageKind:
		return s.name
	case s.version == 1 && !reserved(s.name) && !(withDot && s.kind == localKind): // which the compiler numbers with the dot
		return s.name
	case withDot:
		return s.name + dot + strconv.Itoa(s.version)
	}
	return s.versioned()
}

// reserved names mean something else at package level, or to declarations that are there already: those use the
// built-in `max` although the session has a variable `max`. The session's own are always versioned.
func reserved(name string) bool {
	return name == "init" || strings.HasPrefix(name, runPrefix) || types.Universe.Lookup(name) != nil
}
