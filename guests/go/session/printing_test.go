package session

import (
	"strings"
	"testing"
)

func TestCallsThatPrintHaveNoValue(t *testing.T) {
	for code, shown := range map[string]bool{
		"import \"fmt\"\nfmt.Println(1)":                             false,
		"import \"fmt\"\n(fmt.Printf(\"%d\", 1))":                    false,
		"import . \"fmt\"\nPrint(1)":                                 false,
		"import f \"fmt\"\nimport \"os\"\nf.Fprintln(os.Stdout)":     false,
		"import \"fmt\"\nfmt.Sprint(1)":                              true,
		"import \"fmt\"\nPrintln := fmt.Sprintln\nPrintln(1)":        true,
		"import \"log\"\nimport \"fmt\"\nlog.Prefix(), fmt.Sprint()": true,
	} {
		source := prelinked(t).run(code).Source
		if strings.Contains(source, "*"+resultName+" = ") != shown {
			t.Errorf("%q: shown should be %v\n%s", code, shown, source)
		}
	}
}

func TestVariablesWithoutValuesOfAProgramComeFirst(t *testing.T) {
	source := prelinked(t).run("package main\nvar a = f()\nvar list []int\nfunc f() int { list = append(list, 1); return 1 }\nfunc main() {}").Source
	if strings.Index(source, "list = *new(") > strings.Index(source, "a = f()") {
		t.Error(source)
	}
}
