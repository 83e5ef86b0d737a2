package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sandcell/toolchain"
)

// withSideEffects do something to the program that imports them: they are initialised by cells that ask for them.
var withSideEffects = []string{
	"expvar",         // a handler in net/http's own mux
	"net/http/pprof", // the same
	"testing/quick",  // a flag of the command line
}

// library lists the packages that are in every kernel, initialised before the first cell: so each is in the process
// once, whichever cells use it.
func (t *target) library() ([]string, error) {
	text, err := t.output("list", "std")
	if err != nil {
		return nil, err
	}
	var found []string
	for _, path := range strings.Fields(text) {
		if !isHidden(path) && !slices.Contains(withSideEffects, path) {
			found = append(found, path)
		}
	}
	return found, nil
}

// isHidden says whether programs cannot import a package of the standard library.
func isHidden(path string) bool {
	elements := strings.Split(path, "/")
	return slices.Contains(elements, "internal") || elements[0] == "vendor"
}

// listing is one line of `go list -export`.
type listing struct{ path, archive string }

// archives compiles packages and what they import, and says where the archives are.
func (t *target) archives(env []string, packages ...string) ([]listing, error) {
	text, err := t.outputWith(env, append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}, packages...)...)
	if err != nil {
		return nil, err
	}
	var found []listing
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		path, archive, _ := strings.Cut(line, "\t")
		if archive != "" { // unsafe has none
			found = append(found, listing{path, archive})
		}
	}
	return found, nil
}

// installArchives copies archives to the prepared folder and lists them for the linker.
func (t *target) installArchives(found []listing) error {
	var config strings.Builder
	for _, entry := range found {
		place := t.archivePlace(entry.path)
		if err := copyFile(entry.archive, place, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&config, "packagefile %s=%s\n", entry.path, place)
	}
	return os.WriteFile(filepath.Join(t.out, toolchain.PackagesFile), []byte(config.String()), 0o644)
}

func (t *target) archivePlace(path string) string {
	return filepath.Join(t.out, "pkg", filepath.FromSlash(path)+".a")
}

// imports is a source file of the kernel that imports packages for what they do to the program alone. It behaves as this
// version of Go does, not as go.mod's, which is the oldest one that the module can be compiled with.
func (t *target) imports(paths []string) string {
	var source strings.Builder
	if t.minor() > oldestMinor {
		fmt.Fprintf(&source, "//go:debug default=go1.%d\n", t.minor())
	}
	source.WriteString("package main\n\nimport (\n")
	for _, path := range paths {
		fmt.Fprintf(&source, "\t_ %q\n", path)
	}
	source.WriteString(")\n")
	return source.String()
}

func copyFile(from, to string, mode os.FileMode) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, mode)
}
