package session

import (
	"reflect"
	"strings"
	"testing"
)

// problemTests are cells that are wrong by themselves, with every line of the error.
var problemTests = []struct{ code, kind, lines string }{
	{"y := undefinedThing + 1", TypeError, "cell-1.go:1:6: undefined: undefinedThing"},
	{"x := x + 1", TypeError, "cell-1.go:1:6: undefined: x"},
	{"f := func(n int) int { return f(n - 1) }", TypeError, "cell-1.go:1:31: undefined: f"},
	{"a := b\nb := 1", TypeError, "cell-1.go:1:6: undefined: b"},
	{`var z int = "s"`, TypeError, `cell-1.go:1:13: cannot use "s" (untyped string constant) as int value in variable declaration`},
	{"1 << 70", TypeError, "cell-1.go:1:1: cannot use 1 << 70 (untyped int constant 1180591620717411303424) as int value (overflows)"},
	{"one()\n  two(); ü := three()", TypeError,
		"cell-1.go:1:1: undefined: one\ncell-1.go:2:3: undefined: two\ncell-1.go:2:15: undefined: three"},
	{"\"ä\"; ö", TypeError, "cell-1.go:1:1: \"ä\" (untyped string constant) is not used\ncell-1.go:1:6: undefined: ö"},
	{"func f() int { return g() }", TypeError, "cell-1.go:1:23: undefined: g"},
	{"func f() {}\nfunc f() {}", TypeError, "cell-1.go:2:6: f redeclared in this block"},
	{"x := 1\nx := 2", TypeError, "cell-1.go:2:3: no new variables on left side of :="},
	{"var x int\nvar x string", TypeError, "cell-1.go:2:5: x redeclared in this block"},
	{"type T struct{}\nfunc (T) m() {}\nfunc (T) m() {}", TypeError,
		"cell-1.go:3:10: method T.m already declared at cell-1.go:2:10"},
	{"func f()\n{}", TypeError, "cell-1.go:1:9: missing function body"},
	{"func init() int { return 1 }", TypeError, "cell-1.go:1:6: func init must have no arguments and no return values"},
	{"func id[T any](t T) T { return t }\nid", TypeError, "cell-1.go:2:1: cannot use a generic function without instantiation"},
	{"goto nowhere", TypeError, "cell-1.go:1:6: label nowhere not declared"},
	{"x.y := 3", SyntaxError, "cell-1.go:1:1: non-name x.y on left side of :="},
	{"f(", SyntaxError, "cell-1.go:1:3: unexpected end of the cell: ( of line 1 is not closed"},
	{"func f() {\n\tif true {\n}\n", SyntaxError, "cell-1.go:3:2: unexpected end of the cell: { of line 1 is not closed"},
	{"a }", SyntaxError, "cell-1.go:1:3: unexpected }"},
	{"x := \"abc", SyntaxError, "cell-1.go:1:6: string literal not terminated"},
	{"x := 'ab'", SyntaxError, "cell-1.go:1:6: illegal rune literal"},
	{"for i := 0; i < 3 { }", SyntaxError, "cell-1.go:1:19: expected ';', found '{'"},
	{"x = = 1", SyntaxError, "cell-1.go:1:5: expected operand, found '='"},
	{"x := \"\xff\"", SyntaxError, "cell-1.go:1:7: the cell is not valid UTF-8"},
	{"import \"nosuch/pkg\"", UnavailableImport, "cell-1.go:1:8: package nosuch/pkg is not in std"},
	{"import \"C\"", UnavailableImport, "cell-1.go:1:8: import \"C\": cgo is not available in cells"},
	{"//go:embed x\nvar s string", TypeError, "cell-1.go:1:1: //go:embed is not available in cells; read the file with os.ReadFile"},
	{strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000), SyntaxError, "cell-1.go:1:1000: nested more than 1000 deep"},
	{"x := " + strings.Repeat("- ", 20000) + "1", SyntaxError, "cell-1.go:1:1: nested more than 10000 deep"},
	{"package main\nvar a = b\nvar b = a\nfunc main() {}", TypeError,
		"cell-1.go:2:5: initialization cycle for a\n\tcell-1.go:2:5: a refers to b\n\tcell-1.go:3:5: b refers to a"},
}

func TestEveryProblemHasItsPlaceInTheCell(t *testing.T) {
	for _, test := range problemTests {
		failure := prelinked(t).fail(test.code)
		if failure.Kind != test.kind || failure.Error() != test.lines {
			t.Errorf("%.60q: got %s\n%s\nwant %s\n%s", test.code, failure.Kind, failure.Error(), test.kind, test.lines)
		}
	}
}

func TestFirstProblemIsTheMessage(t *testing.T) {
	failure := prelinked(t).fail("\n two()\n  one()")
	want := &CompileError{Kind: TypeError, Message: "undefined: two", Line: 2, Column: 2,
		Lines: []string{"cell-1.go:2:2: undefined: two", "cell-1.go:3:3: undefined: one"}}
	if !reflect.DeepEqual(failure, want) {
		t.Errorf("got %+v, want %+v", failure, want)
	}
}

func TestFailedCellLeavesNoNames(t *testing.T) {
	n := prelinked(t)
	n.fail("import \"strings\"\ntype Q struct{ a int }\nq := Q{1}\nundefinedThing()")
	n.fail("q")
	n.fail("strings.ToUpper(\"a\")")
	n.run("type Q string\nq := Q(\"s\")\nq")
}

func TestMessagesNameNoVersions(t *testing.T) {
	n := prelinked(t)
	n.run("type T struct{ a int }\nfunc f(t T) int { return t.a }")
	n.run("type T struct{ b int }")
	failure := n.fail("f(T{1})")
	if want := "cannot use T{…} (value of struct type T) as earlier T value in argument to f"; failure.Message != want {
		t.Errorf("got %q, want %q", failure.Message, want)
	}
	n.run("max := 3\nmax + max")
	failure = n.fail("max.x")
	if want := "max.x undefined (type int has no field or method x)"; failure.Message != want {
		t.Errorf("got %q, want %q", failure.Message, want)
	}
}
