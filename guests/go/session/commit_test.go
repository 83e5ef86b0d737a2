package session

import (
	"reflect"
	"testing"
)

func TestOnlyVariablesWhoseStatementRanAreBound(t *testing.T) {
	n := prelinked(t)
	unit := n.build("import \"errors\"\nfunc f() {}\na := 1\nb, c := 2, 3\nd := 4")
	unit.Loaded()
	if names := unit.Commit(2); !reflect.DeepEqual(names, []string{"f", "a", "b", "c"}) {
		t.Errorf("got %q", names)
	}
	n.run("f()\nerrors.New(\"x\"), a, b, c")
	n.fail("d")
	n.contains(n.run("d := \"s\"\nd"), "var dꞏ2 string")
}

func TestDependantsStayWhereTheNewVariableWasNotDeclared(t *testing.T) {
	n := prelinked(t)
	n.run("x := 1\nfunc useX() any { return x }")
	unit := n.build("panic(1)\nx := \"s\"")
	unit.Loaded()
	unit.Commit(0)
	n.contains(n.run("useX(), x"), "func useX() any { return x }", "collectꞏ(useX(), x)")
}

func TestUnitThatWasNotLoadedLeavesItsNamesFree(t *testing.T) {
	n := prelinked(t)
	n.run("func f() int { return 1 }")
	n.build("func f() int { return 2 }")
	n.contains(n.run("func f() int { return 3 }\nf()"), "fꞏ2() int { return 3 }")
}

func TestNamesOfACell(t *testing.T) {
	n := prelinked(t)
	unit := n.run("import \"fmt\"\ntype T int\nfunc (T) m() {}\nconst c, _ = 1, 2\nvar v, _ = 1, 2\nw, v := 3, 4\nfmt.Println(v, w)")
	if names := unit.Commit(1 << 30); !reflect.DeepEqual(names, []string{"T", "c", "v", "w"}) {
		t.Errorf("got %q", names)
	}
}

func TestImportsOfAUnit(t *testing.T) {
	n := prelinked(t)
	unit := n.run("import (\n\t\"fmt\"\n\t\"strings\"\n\t_ \"net/url\"\n)\nfmt.Println()")
	if want := []string{cellPath, "fmt", "net/url"}; !reflect.DeepEqual(unit.Imports, want) {
		t.Errorf("got %q, want %q", unit.Imports, want)
	}
	if unit := n.run("import \"strings\""); !unit.Empty {
		t.Error("an import alone is nothing to compile")
	}
	for _, code := range []string{"", " \n\n", "// comment", "/* a */ ; ;"} {
		if unit := n.run(code); !unit.Empty || len(unit.Commit(0)) > 0 {
			t.Errorf("%q is not empty", code)
		}
	}
}
