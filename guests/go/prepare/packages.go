package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sandcell/toolchain"
)

// Importing these does something to the program: they are initialised by cells that ask for them.
var withSideEffects = map[string]bool{
	"expvar":           true, // a handler in net/http's own mux
	"net/http/pprof":   true, // the same
	"testing/quick":    true, // a flag of the command line
	"internal/testenv": true, // the same
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

// libraryImports is a source file of the kernel that imports the whole standard library: each package is in the
// process once, initialised before the first cell, whichever cells use it. It behaves as this version of Go does, not as
// the oldest one that the module can be compiled with.
func libraryImports(found []listing, version string) string {
	var source strings.Builder
	fmt.Fprintf(&source, "//go:debug default=%s\npackage main\n\nimport (\n", version)
	for _, entry := range found {
		if !withSideEffects[entry.path] && !isHidden(entry.path) {
			fmt.Fprintf(&source, "\t_ %q\n", entry.path)
		}
	}
	source.WriteString(")\n")
	return source.String()
}

// isHidden says whether programs cannot import a package.
func isHidden(path string) bool {
	for _, element := range strings.Split(path, "/") {
		if element == "internal" || element == "vendor" {
			return true
		}
	}
	return strings.HasPrefix(path, "sandcell/")
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
