package session

import (
	"fmt"
	"testing"
)

// BenchmarkBuild is a small cell in a session of 300 declarations, which it uses one of.
func BenchmarkBuild(b *testing.B) {
	s := New(Config{GoVersion: "go1.22", Importer: packages(), Dot: true, LateMethods: true, Guard: true})
	count := 0
	build := func(code string) *Unit {
		count++
		unit, err := s.Build(count, code)
		if err != nil {
			b.Fatal(err)
		}
		return unit
	}
	commit := func(unit *Unit) {
		unit.Loaded()
		unit.Commit(1)
	}
	commit(build("import (\"fmt\"; \"strings\"; \"net/url\")"))
	for i := 0; i < 100; i++ {
		commit(build(fmt.Sprintf(`type T%d struct{ a, b int }
func (t *T%d) Sum() int { for i := 0; i < t.b; i++ { t.a += i }; return t.a }
func f%d(s string) string { return strings.ToUpper(fmt.Sprint(s, %d)) }
v%d := &T%d{%d, 2}`, i, i, i, i, i, i, i)))
	}
	for name, code := range map[string]string{
		"expression":  "v50.Sum() + len(f50(\"x\"))",
		"variable":    "v50 = &T50{1, 2}\nfmt.Println(v50)",
		"redefine":    "func f50(s string) string { return s + fmt.Sprint(v3.Sum()) }",
		"new package": "u, err := url.Parse(\"http://a/b\")\nu, err",
	} {
		b.Run(name, func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				build(code)
			}
		})
	}
}
