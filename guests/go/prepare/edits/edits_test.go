package edits

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestEveryFeatureFitsTheInstalledToolchain(t *testing.T) {
	var minor int
	for _, digit := range strings.Split(runtime.Version(), ".")[1] {
		if digit < '0' || digit > '9' {
			break
		}
		minor = 10*minor + int(digit-'0')
	}
	if minor < 24 {
		t.Skip("Go 1.22 and 1.23 are served by the stock strategy")
	}
	result, err := Apply(runtime.GOROOT(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Missing) > 0 {
		t.Errorf("features that do not fit: %v", result.Missing)
	}
	for _, part := range []Part{Runtime, Compiler, Linker} {
		for path, place := range result.Overlay[part] {
			if _, err := os.Stat(place); err != nil || !strings.HasPrefix(path, runtime.GOROOT()) {
				t.Errorf("%s is replaced by %s: %v", path, place, err)
			}
		}
	}
}

func TestAFeatureGoesInAsAWholeOrNotAtAll(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "src", "p"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "src", "p", "a.go"), []byte("one two two"), 0o644); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	half := Feature{Name: "half", Edits: []Edit{{"p/a.go", "one", "1"}, {"p/a.go", "two", "2"}}}
	changed, reason, err := half.edit(root, texts)
	if err != nil || changed != nil || reason != "a text to edit stands 2 times in p/a.go of this Go version" {
		t.Errorf("changed %v, reason %q, error %v", changed, reason, err)
	}
	missing := Feature{Name: "missing", Edits: []Edit{{"p/b.go", "one", "1"}}}
	if _, reason, err := missing.edit(root, texts); err != nil || !strings.Contains(reason, "0 times in p/b.go") {
		t.Errorf("reason %q, error %v", reason, err)
	}
	whole := Feature{Name: "whole", Edits: []Edit{{"p/a.go", "one", "1"}, {"p/a.go", "1 two", "1 2"}}}
	changed, reason, err = whole.edit(root, texts)
	if err != nil || reason != "" || changed["p/a.go"] != "1 2 two" {
		t.Errorf("changed %v, reason %q, error %v", changed, reason, err)
	}
}
