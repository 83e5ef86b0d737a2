package toolchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// listed is a package as `go list` describes it.
type listed struct {
	ImportPath    string
	Dir           string
	Standard      bool
	GoFiles       []string
	SFiles        []string
	Imports       []string
	ImportMap     map[string]string
	EmbedPatterns []string
	EmbedFiles    []string
	Module        *struct{ Path, Version, GoVersion string }
}

const listedFields = "-json=ImportPath,Dir,Standard,GoFiles,SFiles,Imports,ImportMap,EmbedPatterns,EmbedFiles,Module"

// provide compiles a package of a module, and what it imports, for the cell that imports it.
func (t *Toolchain) provide(path string) error {
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return fmt.Errorf("package %s is not in the standard library", path)
	}
	if !t.hasModules() {
		return fmt.Errorf("package %s is not in the standard library; a line %%go get %s before the import brings it", path, path)
	}
	text, err := t.goCommand(t.modules.ctx, "list", "-mod=mod", "-deps", listedFields, path)
	if err != nil {
		return describeMissing(path, err)
	}
	var missing []listed
	decoder := json.NewDecoder(strings.NewReader(text))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if _, known := t.archive(p.ImportPath); !known && !p.Standard {
			missing = append(missing, p)
		}
	}
	return t.compileAll(missing)
}

func describeMissing(path string, err error) error {
	reason := err.Error()
	switch {
	case strings.Contains(reason, "build constraints exclude all Go files"):
		return fmt.Errorf("package %s has no files for cells: it is written in C in part, or for other systems", path)
	case strings.Contains(reason, path):
		return err
	default:
		return fmt.Errorf("package %s: %w", path, err)
	}
}

// compileAll compiles packages in an order in which each comes after what it imports.
func (t *Toolchain) compileAll(packages []listed) error {
	const manyPackages = 10
	for i, p := range packages {
		if i%manyPackages == 0 && len(packages) > manyPackages {
			fmt.Fprintf(t.modules.progress, "compiling %d of %d packages\n", i+1, len(packages))
		}
		archive := filepath.Join(t.modules.archives, filepath.FromSlash(p.ImportPath)+".a")
		if err := t.compilePackage(p, archive); err != nil {
			return err
		}
		t.AddPackages(map[string]string{p.ImportPath: archive})
		if p.Module != nil {
			t.modules.used[p.Module.Path] = p.Module.Version
		}
	}
	return nil
}
