package main

import (
	"reflect"
	"testing"
)

func TestLinesWithGoGetAreTakenOutOfACell(t *testing.T) {
	for _, one := range []struct {
		code, rest string
		lines      []goLine
	}{
		{"x := 7\ny := x\n", "x := 7\ny := x\n", nil},
		{"%go get a.b/c@v1\nx := 1", "                \nx := 1", []goLine{{1, []string{"get", "a.b/c@v1"}}}},
		{"x := 1\n  %go get a b\n%go", "x := 1\n           \n   ", []goLine{{2, []string{"get", "a", "b"}}, {3, []string{}}}},
		{"s := `\n%go get a\n`", "s := `\n%go get a\n`", nil},
		{"/*\n%go get a\n*/", "/*\n%go get a\n*/", nil},
		{"// it's\n%go get a", "// it's\n         ", []goLine{{2, []string{"get", "a"}}}},
		{"x := 9 %go", "x := 9 %go", nil},
	} {
		lines, rest := takeGoLines(one.code)
		if rest != one.rest || !reflect.DeepEqual(lines, one.lines) {
			t.Errorf("%q: got %v and %q", one.code, lines, rest)
		}
	}
}
