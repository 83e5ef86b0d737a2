package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

type named string

func (n named) String() string { return "named " + string(n) }

type hostile struct{}

func (hostile) String() string { panic("no") }

type kind int

func TestValuesAreShownAsPrintlnShowsThem(t *testing.T) {
	for _, test := range []struct {
		values []any
		want   string
	}{
		{[]any{1, "two", 3.5, nil}, "1, two, 3.5, <nil>"},
		{[]any{[]string{"a", "b"}, map[string]int{"b": 2, "a": 1}}, "[a b], map[a:1 b:2]"},
		{[]any{struct{ X, Y int }{1, 2}, &struct{ X int }{3}}, "{X:1 Y:2}, &{X:3}"},
		{[]any{errors.New("an error"), named("x")}, "an error, named x"},
		{[]any{hostile{}}, "%!v(PANIC=String method: no)"},
		{[]any{(*int)(nil), error(nil)}, "<nil>, <nil>"},
	} {
		if got, notes := render(test.values); got != test.want || len(notes) > 0 {
			t.Errorf("shown as %q, %q; want %q", got, notes, test.want)
		}
	}
}

func TestWhatIsTooLargeIsCut(t *testing.T) {
	self := []any{1}
	self[0] = self
	large := map[int]string{}
	for i := range 3_000_000 / 100 {
		large[i] = strings.Repeat("x", 100)
	}
	for _, test := range []struct {
		value any
		end   string
	}{
		{strings.Repeat("ä", maxResultBytes), " more bytes)"},
		{make([]int, 10_000_000), " more elements)"},
		{large, " more entries)"},
		{self, "([]interface {}) … (too large or too deep to be shown)"},
		{[1]any{self}, "([1]interface {}) … (too large or too deep to be shown)"},
	} {
		text, notes := render([]any{test.value})
		if !strings.HasSuffix(text, test.end) || len(notes) != 1 || len(text) > 2*maxResultBytes {
			t.Errorf("%T is shown with %d bytes, the last being %q, and %q", test.value, len(text), text[max(0, len(text)-80):], notes)
		}
	}
}

func TestPanicsAreToldAsGoTellsThem(t *testing.T) {
	for _, test := range []struct {
		value any
		want  string
	}{
		{"text", "text"},
		{fmt.Errorf("wrapped: %w", errors.New("inner")), "wrapped: inner"},
		{42, "42"},
		{kind(7), "main.kind(7)"},
		{struct{ X int }{1}, "(struct { X int }) {X:1}"},
		{named("n"), "named n"},
		{strings.Repeat("x", 3), "xxx"},
	} {
		if got := panicText(test.value); got != test.want {
			t.Errorf("told as %q; want %q", got, test.want)
		}
	}
}
