package main

import (
	"errors"
	"fmt"
	"strings"

	"sandcell/toolchain"
)

// check is a session of cells whose last one gives a known result.
type check struct {
	feature string // what it proves; "" for what every kernel must do
	cells   []string
	result  string
}

var checks = []check{
	{"", []string{"x := 20", "func double(n int) int { return 2 * n }", "double(x) + 2"}, "42"},
	{"", []string{
		"import (\"encoding/json\"; \"net/http\")\nb, err := json.Marshal(map[string]int{\"a\": http.StatusOK})",
		"string(b), err",
	}, `{"a":200}, <nil>`},
	{"", []string{"type P struct{ X int }", "var v any = P{3}", "p, ok := v.(P)", "p.X, ok"}, "3, true"},
	{"", []string{"import \"expvar\"\nexpvar.NewInt(\"count\").Set(7)", "import \"expvar\"\nexpvar.Get(\"count\").String()"}, "7"},
	{"typetab", []string{
		"var v any = map[string][]struct{ A int }{}",
		"_, first := v.(map[string][]struct{ A int })",
		"_, second := v.(map[string][]struct{ A int })",
		"first, second",
	}, "true, true"},
	{"dot", []string{"type D int", "type D string", "import \"fmt\"\nfmt.Sprintf(\"%T\", D(\"x\"))"}, "main.D"},
	{"late", []string{
		"import \"fmt\"\ntype T int\ntype named interface{ Name() string }\nvar v any = T(1)",
		"_, before := v.(named)",
		"func (t T) Name() string { return fmt.Sprint(\"late \", int(t)) }",
		"n, after := v.(named)",
		"before, after, n.Name()",
	}, "false, true, late 1"},
	{"late", []string{"type T int", "t := T(1)", "func (T) String() string { return \"seen\" }", "t"}, "seen"},
	{"methver", []string{
		"type T int\nfunc (T) String() string { return \"first\" }",
		"import \"fmt\"\nvar v fmt.Stringer = T(1)",
		"func (T) String() string { return \"second\" }",
		"v.String() + fmt.Sprint(T(2))",
	}, "secondsecond"},
	{"uncommon", []string{
		"type T struct{}\nvar v any = &T{}",
		"func (*T) String() string { return \"pointer\" }",
		"import \"fmt\"\nfmt.Sprint(v)",
	}, "pointer"},
	{"itabs", []string{
		"import \"fmt\"\ntype T int\nfunc (T) String() string { return \"\" }\nvar v any = T(1)",
		"first, _ := v.(fmt.Stringer)",
		"var second fmt.Stringer = T(1)",
		"first == second, second == any(first)",
	}, "true, true"},
	{"guard", []string{
		"ended := make(chan bool)",
		"go func() { defer close(ended); panic(\"contained\") }()",
		"_, open := <-ended",
		"open",
	}, "false"},
	{"fatal", []string{
		"import \"sync\"\nvar lock sync.Mutex",
		"func caught() (value any) { defer func() { value = recover() }(); lock.Unlock(); return nil }",
		"caught() != nil",
	}, "true"},
	{"stack", []string{
		"func deep(n int) int { return deep(n+1) + 1 }",
		"func caught() (value any) { defer func() { value = recover() }(); deep(0); return nil }",
		"caught() != nil",
	}, "true"},
}

// check runs the checks with the prepared kernel. A feature whose check fails is switched off in the manifest, and the
// rest is checked again; what every kernel must do has to work.
func (t *target) check(manifest toolchain.Manifest) error {
	for {
		if err := t.writeManifest(manifest); err != nil {
			return err
		}
		failed := false
		for _, check := range checks {
			if check.feature != "" && !manifest.On(check.feature) {
				continue
			}
			err := t.runCheck(check)
			if err != nil && check.feature == "" {
				return fmt.Errorf("the kernel does not work: %w", err)
			}
			if err != nil {
				manifest.Features[check.feature] = "its check failed: " + err.Error()
				failed = true
			}
		}
		if !failed {
			return nil
		}
	}
}

func (t *target) runCheck(check check) error {
	kernel, err := t.startKernel()
	if err != nil {
		return err
	}
	var result string
	for _, cell := range check.cells {
		if result, err = kernel.run(cell); err != nil {
			return kernel.close(fmt.Errorf("%s: %w", firstLine(cell), err))
		}
	}
	if result != check.result {
		return kernel.close(errors.New("a cell gives " + result + ", not " + check.result))
	}
	return kernel.close(nil)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
