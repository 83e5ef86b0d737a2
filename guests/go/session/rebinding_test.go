package session

import (
	"reflect"
	"strings"
	"testing"
)

// contains checks that a unit declares and uses the physical names it should.
func (n *notebook) contains(unit *Unit, texts ...string) {
	n.Helper()
	for _, text := range texts {
		if !strings.Contains(unit.Source, text) {
			n.Errorf("cell %d lacks %q:\n%s", n.count, text, unit.Source)
		}
	}
}

func (n *notebook) lacks(unit *Unit, texts ...string) {
	n.Helper()
	for _, text := range texts {
		if strings.Contains(unit.Source, text) {
			n.Errorf("cell %d should not have %q:\n%s", n.count, text, unit.Source)
		}
	}
}

func (n *notebook) notes(unit *Unit, notes ...string) {
	n.Helper()
	if len(unit.Notes) != len(notes) || len(notes) > 0 && !reflect.DeepEqual(unit.Notes, notes) {
		n.Errorf("cell %d: got notes %q, want %q", n.count, unit.Notes, notes)
	}
}

func TestCallersAreBoundToTheNewFunction(t *testing.T) {
	n := prelinked(t)
	n.run("func h() int { return 1 }\nfunc k() int { return h() * 10 }")
	n.lacks(n.run("func h() int { return 7 }"), "func k")
	n.contains(n.run("k()"), "func kꞏ2() int { return hꞏ2() * 10 }", "func hꞏ2() int { return 7 }")
	n.contains(n.run("func h() int { return 9 }\nk() + h()"), "kꞏ3() + hꞏ3()")
}

func TestRecursiveAndMutualFunctions(t *testing.T) {
	n := prelinked(t)
	n.run("func even(n int) bool { return n == 0 || odd(n-1) }\nfunc odd(n int) bool { return n != 0 && even(n-1) }")
	n.run("func even(n int) bool { return n%2 == 0 }")
	n.contains(n.run("odd(3)"), "func oddꞏ2(n int) bool {", "evenꞏ2(n-1)", "func evenꞏ2(")
	n.run("func g() int { return 1 }")
	n.run("func f() int { return g() }")
	n.contains(n.run("func g() int { if false { return f() }; return 2 }\nf()"), "func fꞏ2() int { return gꞏ2() }", "return fꞏ2()")
}

func TestUnchangedDeclarationsAreKept(t *testing.T) {
	n := prelinked(t)
	cell := "type W struct{ v int }\nfunc dbl(i int) int { return i * 2 }\nfunc (w W) Get() int { return dbl(w.v) }\nconst (\n\tA = iota\n\tB\n)"
	n.run(cell)
	unit := n.run("// again\n" + strings.ReplaceAll(cell, "\n", "\n\n"))
	if !unit.Empty {
		t.Errorf("not empty:\n%s", unit.Source)
	}
	n.lacks(n.run("func dbl(i int) int { return i * 3 }\nfunc (w W) Get() int { return dbl(w.v) }\nW{1}.Get()"), "func dbl(")
}

func TestVariableKeepsItsStorageWhileItsTypeStays(t *testing.T) {
	n := prelinked(t)
	n.run("x := 5\nfunc useX() int { return x * 2 }")
	n.contains(n.run("x := 6\nuseX()"), "\nx = 6", "func useX() int { return x * 2 }")
	n.notes(n.run("import \"fmt\"\nx := fmt.Sprint(x)\nx"), "useX keeps its earlier binding: it does not compile with this cell's declarations")
	n.contains(n.run("useX(), x"), "var x int", "var xꞏ2 string", "func useX() int { return x * 2 }")
	unit := n.run("x := 50\nuseX()")
	n.contains(unit, "xꞏ3 = 50", "func useXꞏ2() int { return xꞏ3 * 2 }")
	n.notes(unit)
}

func TestRightSideOfADefinitionIsTheEarlierVariable(t *testing.T) {
	n := prelinked(t)
	n.run("x := 1")
	n.contains(n.run("y := x\nx := []int{x, y}\nx"), "xꞏ2 = []int{x, y}", "collectꞏ(xꞏ2)")
	n.contains(n.run("x := len(x)"), "xꞏ3 = len(xꞏ2)")
}

func TestConstantOfAGroupIsDeclaredAlone(t *testing.T) {
	n := prelinked(t)
	n.run("const (\n\tA = iota + base\n\tB\n\tC\n)\nconst base = 0\nfunc bc() int { return B*10 + C }")
	n.contains(n.run("const B = 5\nbc()"), "const Bꞏ2 = 5", "return Bꞏ2*10 + C")
	n.contains(n.run("const base = 7\nA + B + C"), "Aꞏ2 = iota + baseꞏ2", "Aꞏ2 + Bꞏ2 + Cꞏ2")
}

func TestTypeOfTheSameLayoutKeepsItsVariables(t *testing.T) {
	n := prelinked(t)
	n.run("type U struct{ Name string `json:\"a\"` }\nu := []*U{{\"x\"}}")
	unit := n.run("type U struct{ Name string `json:\"b\"` }\nu[0]")
	n.notes(unit)
	n.contains(unit, "var u []*Uꞏ2")
	unit = n.run("type U struct{ Name, Other string }")
	n.notes(unit, "variable u keeps the earlier type U")
	n.contains(n.run("u[0].Name, U{}"), "var u []*Uꞏ2", "Uꞏ3{}")
}

func TestMethodsOfARedeclaredTypeAreCarriedOver(t *testing.T) {
	n := prelinked(t)
	n.run("type T struct{ a, b int }\nfunc (t T) A() int { return t.a }\nfunc (t T) B() int { return t.b }")
	n.notes(n.run("type T struct{ a int }\nT{1}.A()"), "method T.B was dropped: it does not compile with the new T")
	n.fail("T{1}.B()")
}

func TestLateMethodIsAddedInPlace(t *testing.T) {
	n := prelinked(t)
	n.run("type Late struct{ n int }\nlate := Late{4}")
	unit := n.run("func (l Late) String() string { return \"one\" }\nlate")
	n.contains(unit, "func (l Late) String()", "(*Late)(nil)")
	if len(unit.Redefined) > 0 {
		t.Errorf("a new method replaces nothing: %q", unit.Redefined)
	}
	unit = n.run("func (l Late) String() string { return \"two\" }\nlate")
	if !reflect.DeepEqual(unit.Redefined, []string{"String"}) || unit.MethodVersions["String"] != 2 {
		t.Errorf("got %q %v", unit.Redefined, unit.MethodVersions)
	}
}

func TestTypesThatEmbedAnAlteredTypeAreKept(t *testing.T) {
	n := prelinked(t)
	n.run("type W struct{ v int }\nfunc (w W) Get() int { return w.v }\ntype E struct{ W }")
	n.contains(n.run("func (w W) Get() int { return -w.v }"), "[]any{(*E)(nil), (*W)(nil)}")
}

func TestMethodWithAnotherSignatureMakesANewType(t *testing.T) {
	n := prelinked(t)
	n.run("type T struct{ v int }\nfunc (t T) Get() int { return t.v }\nfunc use(t T) int { return t.Get() * 2 }\nt := T{3}")
	unit := n.run("func (t T) Get() string { return \"s\" }\nt.Get()")
	n.notes(unit, "use keeps its earlier binding: it does not compile with this cell's declarations")
	n.contains(unit, "type Tꞏ2", "func (t Tꞏ2) Get() string", "var t Tꞏ2")
}

func TestMethodMakesANewTypeWhereLoadedTypesStay(t *testing.T) {
	n := stock(t)
	n.run("type T struct{ v int }\nfunc use(t T) T { return t }\nt := T{3}")
	unit := n.run("func (t T) Get() int { return t.v }\nuse(t).Get()")
	n.contains(unit, "type Tꞏ2", "func useꞏ2(t Tꞏ2) Tꞏ2", "var t Tꞏ2")
	n.notes(unit)
	unit = n.run("var held any = t\nfunc (t T) Get() int { return -t.v }\nt.Get()")
	n.contains(unit, "type Tꞏ3")
	n.notes(unit)
	n.notes(n.run("func (t T) Get() int { return 0 }"), "values of type T that interfaces hold keep the methods they had")
}

func TestVersionsAreWrittenWithTheDotWhereTheCompilerTakesIt(t *testing.T) {
	s := New(Config{GoVersion: "go1.22", Importer: packages(), Dot: true, LateMethods: true, Guard: true})
	var unit *Unit
	for count, code := range []string{"type P struct{ a int }", "type P struct{ b int }\ntype E struct{ P }\ne := E{P{1}}\ne.P.b"} {
		var err error
		if unit, err = s.Build(count, code); err != nil {
			t.Fatal(err)
		}
		unit.Loaded()
		unit.Commit(1)
	}
	for _, text := range []string{"type P·2 struct", "type E struct{ P·2 }", "E{P·2{1}}", "e.P.b"} {
		if !strings.Contains(unit.Source, text) {
			t.Errorf("lacks %q:\n%s", text, unit.Source)
		}
	}
}

func TestProgramInitialisesInTheOrderOfGo(t *testing.T) {
	n := prelinked(t)
	unit := n.run("package main\nvar _ = a\nvar a, b = b2, 3\nfunc init() { a++ }\nvar b2 = f()\nfunc f() int { return b + 1 }\nfunc main() {}")
	at := 0
	for _, text := range []string{"\nb = 3", "\nb2 = f()", "\na = b2", "{ var _ = a\n}", "\ninitꞏ1ꞏ0()", "\nmain()"} {
		next := strings.Index(unit.Source[at:], text)
		if next < 0 {
			t.Fatalf("%q does not follow:\n%s", text, unit.Source)
		}
		at += next
	}
}

func TestDotImportOfACellHidesEarlierNames(t *testing.T) {
	n := prelinked(t)
	n.run("type Builder struct{ n int }\nfunc Repeat() int { return 1 }")
	n.contains(n.run("import . \"strings\"\nvar b Builder\nRepeat(\"a\", 2)"), "var b stringsꞏp0.Builder", "stringsꞏp0.Repeat(")
	n.contains(n.run("Repeat()"), "collectꞏ(Repeat())")
}

func TestLocalTypesOfTwoCellsHaveTwoNames(t *testing.T) {
	n := prelinked(t)
	n.contains(n.run("func f() any { type T struct{ A int }; return T{1} }"), "type T struct{ A int }; return T{1}")
	n.contains(n.run("func g() any { type T struct{ B string }; type E struct{ T }; return E{T: T{}}.T }\nf()"),
		"type Tꞏ2 struct{ B string }", "type E struct{ Tꞏ2 }; return E{Tꞏ2: Tꞏ2{}}.Tꞏ2", "type T struct{ A int }")
	n.contains(n.run("type T int\n{\n\ttype T []T\n\t_ = T{}\n}\nf()"), "type Tꞏ3 int", "type Tꞏ4 []Tꞏ4", "_ = Tꞏ4{}", "type T struct{ A int }")
}
