// Package edits is the table of what is changed in a copy of the user's own toolchain sources for the prelinked
// strategy. An edit replaces a text that stands exactly once in its file; a feature is a set of edits and new files
// that goes in as a whole, or not at all.
package edits

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Part is what has to be built anew for a feature.
type Part string

const (
	Runtime  Part = "runtime"
	Compiler Part = "compile"
	Linker   Part = "link"
)

// Feature is one ability that the unmodified toolchain does not have.
type Feature struct {
	Name    string
	Part    Part
	Sources []string // new files: folder of the package below src/ → see addedFile
	Edits   []Edit
}

// Edit replaces Expected by Replacement in File, a path below the toolchain's src/.
type Edit struct {
	File, Expected, Replacement string
}

// All is in the order of application.
func All() []Feature {
	return []Feature{base, typetab, late, itabs, guard, fatal, stack, dot, uncommon, methver, index, cell, amd, direct, names}
}

// sources are Go files of the packages that are edited. Their names end so that this module's build passes them over.
//
//go:embed sources
var sources embed.FS

// Result is the edited toolchain.
type Result struct {
	Overlay map[Part]map[string]string // for the -overlay flag: path below root → path of what stands in for it
	Missing map[string]string          // features that are off → why
}

// Apply edits the sources below root for all features, and writes the edited copies to folder.
func Apply(root, folder string) (*Result, error) {
	texts := map[string]string{} // of edited files, by path below src/
	result := &Result{Overlay: map[Part]map[string]string{}, Missing: map[string]string{}}
	for _, feature := range All() {
		changed, reason, err := feature.edit(root, texts)
		if err != nil {
			return nil, err
		}
		if reason != "" {
			result.Missing[feature.Name] = reason
			continue
		}
		for path, text := range changed {
			texts[path] = text
			if err := result.add(feature.Part, root, folder, path, text); err != nil {
				return nil, err
			}
		}
	}
	return result, nil
}

// edit gives the new texts of the feature's files, or the reason why it cannot.
func (f Feature) edit(root string, texts map[string]string) (changed map[string]string, reason string, err error) {
	changed = map[string]string{}
	for _, edit := range f.Edits {
		text, ok := changed[edit.File]
		if !ok {
			if text, err = current(root, edit.File, texts); err != nil {
				return nil, "", err
			}
		}
		if count := strings.Count(text, edit.Expected); count != 1 {
			return nil, fmt.Sprintf("a text to edit stands %d times in %s of this Go version", count, edit.File), nil
		}
		changed[edit.File] = strings.Replace(text, edit.Expected, edit.Replacement, 1)
	}
	for _, name := range f.Sources {
		content, err := fs.ReadFile(sources, "sources/"+name+".go.txt")
		if err != nil {
			return nil, "", err
		}
		changed[addedFile(name)] = string(content)
	}
	return changed, "", nil
}

// addedFile is where a new file goes: "runtime/late" becomes src/runtime/sandcell_late.go.
func addedFile(name string) string {
	part, file := filepath.Split(name)
	folder := map[string]string{"runtime/": "runtime", "link/": "cmd/link/internal/ld"}[part]
	return folder + "/sandcell_" + file + ".go"
}

// current is a file as edited so far; one that the toolchain does not have is empty.
func current(root, path string, texts map[string]string) (string, error) {
	if text, ok := texts[path]; ok {
		return text, nil
	}
	content, err := os.ReadFile(filepath.Join(root, "src", path))
	if os.IsNotExist(err) {
		return "", nil
	}
	return string(content), err
}

func (r *Result) add(part Part, root, folder, path, text string) error {
	place := filepath.Join(folder, string(part), strings.ReplaceAll(path, "/", "_"))
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	if r.Overlay[part] == nil {
		r.Overlay[part] = map[string]string{}
	}
	r.Overlay[part][filepath.Join(root, "src", path)] = place
	return os.WriteFile(place, []byte(text), 0o644)
}
