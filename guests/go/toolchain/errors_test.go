package toolchain

import (
	"reflect"
	"testing"
)

func TestErrorsOfTheCompilerNameTheCellAlone(t *testing.T) {
	output := "cell-3.go:2:7: cannot use x (variable of type P·2) as repl.Qꞏ12 value\ncell-3.go:4:1: missing return\n"
	expected := &CompileError{
		Message: "cannot use x (variable of type P) as Q value",
		Line:    2,
		Column:  7,
		Lines: []string{
			"cell-3.go:2:7: cannot use x (variable of type P) as Q value",
			"cell-3.go:4:1: missing return",
		},
	}
	if got := compileError(output); !reflect.DeepEqual(got, expected) {
		t.Errorf("got %+v", got)
	}
}

func TestAnErrorOutsideOfCellsHasNoPlace(t *testing.T) {
	got := compileError("c3.go:9:1: internal compiler error\n")
	if got.Line != 0 || got.Message != "the compiler failed: c3.go:9:1: internal compiler error" {
		t.Errorf("got %+v", got)
	}
}
