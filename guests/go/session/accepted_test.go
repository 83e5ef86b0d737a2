package session

import (
	"fmt"
	"strings"
	"testing"
)

// acceptedCells are run in this order in one session; the compiler takes every unit.
var acceptedCells = []string{
	"import \"fmt\"\nx := 1 + 1\nfmt.Println(\"hello\", x)\nx",
	"cnt := 0\ninc := func() int { cnt++; return cnt }\ninc(); inc(); cnt",
	"// only a comment behind\nx // the value\n/* and\nmore */",
	"\ufeffy := 1\r\ny\r\n",
	"\"a\", nil, 3.5, []int{1}",
	"func two() (int, error) { return 1, nil }\ntwo()",
	"a, err := two()\nb, err := two()\na, b, err",
	"b, err := two()\nb",
	"close(make(chan int))",
	"ch := make(chan int, 3)\nch <- 7",
	"<-ch",
	"import \"os\"\nif true { q := 5 }\n\"ok\"",
	"func() { var a, b int; const c = 3; d := 5; d = 6 }()\nL: z := 3\nunused:\nfor { break }",
	"switch q := 3; { case x == 1: }\nswitch q := 3; q { }\nswitch q := any(x).(type) { case int: }\nfor i, v := range []int{1} { }",
	"if a := 3; x > 1 { } else if b := 2; x > 2 { }\nselect { case v, ok := <-ch: default: }",
	"type Stack[T any] struct{ a []T }\nfunc (s *Stack[T]) Push(v T) { s.a = append(s.a, v) }\nst := &Stack[int]{}\nst.Push(3)",
	"func (s *Stack[T]) Len() int { return len(s.a) }\nst.Len()",
	"func (s *Stack[T]) Len() int { return -len(s.a) }\nst.Len()",
	"type IS struct { Stack[int]; n int }\nis := IS{}\nis.Push(3)\nis.Stack.a, is.a",
	"type Stack[T any] struct{ a []T; cap int }",
	"is.Stack.a",
	"func Map[T, U any](xs []T, f func(T) U) []U { var r []U; for _, v := range xs { r = append(r, f(v)) }; return r }\nMap([]int{1}, func(i int) string { return fmt.Sprint(i) })",
	"seq := func(yield func(int) bool) { for i := range 3 { if !yield(i) { return } } }\nseq(func(int) bool { return true })",
	"outer:\nfor i := 0; i < 3; i++ { for { if i == 1 { continue outer }; break } }",
	"j := 0\nagain:\nj++\nif j < 5 { goto again }\nj",
	"defer fmt.Println(\"deferred\")\n5",
	"go fmt.Println(\"x\")\ngo Map([]int{1}, func(int) int { return 2 })\ngo func(i int) { panic(i) }(3)\ngo st.Push(x)\ngo fmt.Println(x == 1, nil, 1<<x)",
	"import . \"math\"\nfunc hyp(a, b float64) float64 { return Sqrt(a*a + b*b) }\nhyp(3, 4), Pi",
	"import r \"math/rand\"\nfunc rnd() int { return r.Intn(1) }\nrnd()",
	"import \"net/url\"\nu, err := url.Parse(\"http://a/b\")\nurl := u.String()\nurl",
	"url + \"x\"",
	"max := 5\nfunc clamp(a int) int { return min(a, max) }\nclamp(9), max",
	"func g() int { return len(\"abc\") }\nlen := 3\nlen + g()",
	"len := len + 1\nlen, max, min(1, 2)",
	"var (\n\tva int = 3\n\tvb, vc = \"s\", 2.5\n\tvd []string\n)\nva, vb, vc, vd",
	"var q1 = q2 + 1\nvar q2 = two2()\nfunc two2() int { return 4 }\nq1",
	"var _ = q1\nvar _ fmt.Stringer\n_ = q2\nfunc _() {}",
	"pt := struct{ X, Y int }{1, 2}\npt.X = 5\npt",
	"type (\n\tA1 struct{ b *B1 }\n\tB1 struct{ a *A1; n int }\n)\nv1 := A1{&B1{nil, 3}}\nv1.b.n",
	"func (b *B1) N() int { return b.n }\nf1, f2 := (*B1).N, v1.b.N\nf1(v1.b) + f2()",
	"import \"encoding/binary\"\nbo := binary.LittleEndian\nbo.Uint16([]byte{1, 2})",
	"import \"log\"\nlog.Fatal(\"x\")\nlg := log.Default()\nlg.Fatalf(\"%d\", 3)\nvar ff = log.Fatalln\ntype LL struct{ *log.Logger }\nLL{lg}.Fatal()",
	"f := os.Exit\nf(3)",
	"{\n\ttype local struct{ a int }\n\tfmt.Println(local{y})\n}",
	"package main\nimport \"fmt\"\nvar x int\nfunc inc() { x++ }\nfunc main() { inc(); fmt.Println(x, len(\"a\")) }",
	"package main\nimport \"fmt\"\nfunc init() { fmt.Println(\"init\") }\nfunc main() { fmt.Println(\"second\") }",
	"func main() { fmt.Println(\"third\") }\nmain()",
	"return",
	"func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }\nfib(5)",
	"err := fmt.Errorf(\"x\")\nif err != nil { return }\nerr",
}

func TestCompilerTakesEveryUnit(t *testing.T) {
	for name, n := range map[string]*notebook{"prelinked": prelinked(t), "stock": stock(t)} {
		t.Run(name, func(t *testing.T) {
			n.T = t
			for _, code := range acceptedCells {
				n.run(code)
			}
		})
	}
}

func TestCellOfTenThousandLines(t *testing.T) {
	n := prelinked(t)
	var code strings.Builder
	for i := 0; i < 5000; i++ {
		fmt.Fprintf(&code, "v%d := %d\nfunc f%d() int { return v%d }\n", i, i, i, i)
	}
	n.run(code.String())
	n.run("f4999() + v0")
}
