package session

import (
	"reflect"
	"strings"
	"testing"
)

func TestCellIsCutAtItsTopLevelSemicolons(t *testing.T) {
	tests := map[string][]string{
		"":                                       nil,
		"// nothing\n/* at all */":               nil,
		"x := 1; y":                              {"statement x := 1", "statement y"},
		"x // c\n// more\n/* z */":               {"statement x"},
		"for i := 0; i < 3; i++ { f() }; g()":    {"statement for i := 0; i < 3; i++ { f() }", "statement g()"},
		"if x := []int{1}; len(x) > 0 { f() }":   {"statement if x := []int{1}; len(x) > 0 { f() }"},
		"L:\nfor i := 0; ; { break L }\ng()":     {"statement L:\nfor i := 0; ; { break L }", "statement g()"},
		"package main\nimport \"fmt\"":           {"package package main", "import import \"fmt\""},
		"func f() {}\nfunc (t *T[K]) m() {}":     {"declaration func f() {}", "declaration func (t *T[K]) m() {}"},
		"func() {}()\nfunc(a int) T {}(1)":       {"statement func() {}()", "statement func(a int) T {}(1)"},
		"func(a int) List[T] { return nil }(1)":  {"statement func(a int) List[T] { return nil }(1)"},
		"type T int\nconst (\n a = 1\n b = 2\n)": {"declaration type T int", "declaration const (\n a = 1\n b = 2\n)"},
		"var s = `a\nb` // raw":                  {"statement var s = `a\nb`"},
		"switch x := y.(type) {\ncase int:\n}":   {"statement switch x := y.(type) {\ncase int:\n}"},
	}
	kinds := map[chunkKind]string{statementChunk: "statement", declarationChunk: "declaration", importChunk: "import", packageChunk: "package"}
	for code, want := range tests {
		c, failure := readCell(1, code)
		if failure != nil {
			t.Fatal(failure)
		}
		chunks, failure := split(c)
		if failure != nil {
			t.Fatalf("%q: %v", code, failure)
		}
		var got []string
		for _, chunk := range chunks {
			got = append(got, kinds[chunk.kind]+" "+c.text[chunk.start:chunk.end])
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, want %q", code, got, want)
		}
	}
}

func TestPositionsCountCharacters(t *testing.T) {
	c, _ := readCell(1, byteOrderMark+"a\r\nüñ := \"é\" + x")
	line, column := c.position(strings.Index(c.text, "x"))
	if line != 2 || column != 13 {
		t.Errorf("got %d:%d, want 2:13", line, column)
	}
}
