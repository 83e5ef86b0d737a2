// Package toolchain compiles and links the cells of a Go kernel with what a preparation made:
// archives to compile against, a compiler and a linker, and a manifest that says how to call them.
package toolchain

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
)

// Names of the files in a prepared folder.
const (
	ManifestFile = "manifest.json"
	PackagesFile = "packages.cfg"
	KernelFile   = "kernel"
)

// CellPackage is the package that the code around every cell uses.
const CellPackage = "sandcell/cell"

// UnitPath is the package path of all cells: what a cell declares is the symbol UnitPath.Name.
const UnitPath = "repl"

// Manifest describes a prepared folder. A preparation writes it, a kernel reads it.
type Manifest struct {
	Strategy  string // "stock" or "prelinked"
	GoVersion string // "go1.26.8"
	GoRoot    string
	Compiler  string   // path of the compile program
	Compile   []string // its flags
	Linker    string   // path of the link program
	Link      []string // its flags
	// Features says of each feature "on", or why it is off.
	Features map[string]string
}

// Toolchain builds cells. Close removes its scratch folder.
type Toolchain struct {
	manifest Manifest
	packages map[string]string // import path → archive
	linkCfg  string            // the lines of the link's importcfg for the prepared packages
	added    map[string]string // import path → archive of modules that are linked into the cells using them
	scratch  string
	linked   atomic.Uint64 // cells so far
	modules  modules
}

// Load reads the manifest of a prepared folder.
func Load(folder string) (*Toolchain, error) {
	text, err := os.ReadFile(filepath.Join(folder, ManifestFile))
	if err != nil {
		return nil, err
	}
	t := &Toolchain{added: map[string]string{}}
	if err := json.Unmarshal(text, &t.manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	config, err := os.ReadFile(filepath.Join(folder, PackagesFile))
	if err != nil {
		return nil, err
	}
	t.linkCfg = string(config)
	t.packages = archives(t.linkCfg)
	if t.scratch, err = os.MkdirTemp("/tmp", "sandcell-go-"); err != nil {
		return nil, err
	}
	t.modules = modules{
		folder:   filepath.Join(t.scratch, "modules"),
		archives: filepath.Join(archivesFolder(), filepath.Base(t.scratch)),
		used:     map[string]string{},
		ctx:      context.Background(),
		progress: io.Discard,
	}
	return t, os.MkdirAll(t.modules.archives, 0o700)
}

// archivesFolder is where packages of modules are compiled to: they need more room than /tmp has.
func archivesFolder() string {
	if cache, err := os.UserCacheDir(); err == nil {
		return cache
	}
	return os.TempDir()
}

// Close removes the scratch folder, and what was compiled.
func (t *Toolchain) Close() error {
	return errors.Join(os.RemoveAll(t.scratch), os.RemoveAll(t.modules.archives))
}

// Manifest is what Load has read.
func (t *Toolchain) Manifest() Manifest { return t.manifest }

// On says whether a feature is on.
func (m Manifest) On(feature string) bool { return m.Features[feature] == "on" }

var language = regexp.MustCompile(`^go1\.\d+`)

// Language is the version of the language that cells are written in, such as "go1.26".
func (m Manifest) Language() string { return language.FindString(m.GoVersion) }

// AddPackages makes the archives of a module known, by import path. A cell that uses one links it in.
func (t *Toolchain) AddPackages(archives map[string]string) {
	for path, archive := range archives {
		if _, prepared := t.packages[path]; !prepared {
			t.added[path] = archive
		}
	}
}

func (t *Toolchain) archive(path string) (string, bool) {
	if archive, ok := t.packages[path]; ok {
		return archive, true
	}
	archive, ok := t.added[path]
	return archive, ok
}

func archives(config string) map[string]string {
	found := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(config))
	for lines.Scan() {
		if entry, ok := strings.CutPrefix(lines.Text(), "packagefile "); ok {
			path, archive, _ := strings.Cut(entry, "=")
			found[path] = archive
		}
	}
	return found
}
