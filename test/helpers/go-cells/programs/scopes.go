package main

import (
	"fmt"
	str "strings"
)

var (
	base  = 10
	twice = double(base)
	lines []string
)

func double(n int) int { return 2 * n }

func init() { lines = append(lines, fmt.Sprint("init ", twice)) }

func add(format string, values ...any) { lines = append(lines, fmt.Sprintf(format, values...)) }

type fmtLike struct{ base int }

func (f fmtLike) show() string { return fmt.Sprint(f.base, base) }

func main() {
	n := 1
	{
		n := "inner"
		add("%v", n)
	}
	if n := n + 1; n > 1 {
		n, base := n*10, "shadowed"
		add("%v %v", n, base)
	}
	// ---
	add("%v %v", n, base)
	base = 11
	add(fmtLike{5}.show())
	// ---
	len := func(s string) int { return 100 }
	add("%v", len("abc"))
	// ---
	var err error
	for i, word := range str.Fields("a bb ccc") {
		n, err := fmt.Sscanf(word, "%s", new(string))
		_, _ = n, err
		add("%d%s", i, word)
	}
	a, b := 1, 2
	a, b, n = b, a, a+b
	add("%v %v %v %v", a, b, n, err)
	// ---
	fmt.Println(str.Join(lines, "\n"))
}
