package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// Cell is one compile unit: a Go file of package main, compiled as the package UnitPath.
type Cell struct {
	Name           string // unique in the process: names the files and the module
	Source         string
	Imports        []string
	MethodVersions map[string]int // versions of redefined methods, by name
}

// Build compiles and links a cell and returns the path of its shared object, which the caller removes once it is loaded.
func (t *Toolchain) Build(ctx context.Context, cell Cell) (string, error) {
	// A cell may have emptied the folder for temporary files.
	if err := os.MkdirAll(t.scratch, 0o700); err != nil {
		return "", err
	}
	base := filepath.Join(t.scratch, cell.Name)
	source, archive, object := base+".go", base+".a", base+".so"
	defer os.Remove(source)
	defer os.Remove(archive)
	if err := os.WriteFile(source, []byte(cell.Source), 0o600); err != nil {
		return "", err
	}
	if err := t.compile(ctx, cell, source, archive); err != nil {
		return "", err
	}
	if err := t.link(ctx, cell, archive, object); err != nil {
		os.Remove(object)
		return "", err
	}
	return object, nil
}

func (t *Toolchain) compile(ctx context.Context, cell Cell, source, archive string) error {
	config, err := t.compileConfig(cell)
	if err != nil {
		return err
	}
	defer os.Remove(config)
	args := append([]string{}, t.manifest.Compile...)
	args = append(args, "-trimpath="+t.scratch, "-p="+UnitPath, "-lang="+t.manifest.Language(), "-importcfg="+config, "-o="+archive, source)
	output, err := t.run(ctx, t.manifest.Compiler, args, "REPLMETH="+methodVersions(cell.MethodVersions))
	if err != nil && ctx.Err() == nil && output != "" {
		return compileError(output)
	}
	return err
}

// compileConfig names the archives of the imports alone: the compiler opens no other.
func (t *Toolchain) compileConfig(cell Cell) (string, error) {
	var lines strings.Builder
	for _, path := range append([]string{CellPackage}, cell.Imports...) {
		if archive, ok := t.archive(path); ok {
			fmt.Fprintf(&lines, "packagefile %s=%s\n", path, archive)
		}
	}
	config := filepath.Join(t.scratch, cell.Name+".imports")
	return config, os.WriteFile(config, []byte(lines.String()), 0o600)
}

func (t *Toolchain) link(ctx context.Context, cell Cell, archive, object string) error {
	config, err := t.linkConfig()
	if err != nil {
		return err
	}
	folder := filepath.Join(t.scratch, cell.Name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	args := append([]string{}, t.manifest.Link...)
	args = append(args, "-buildmode=plugin", "-pluginpath="+UnitPath, "-importcfg="+config, "-tmpdir="+folder, "-o="+object, archive)
	output, err := t.run(ctx, t.manifest.Linker, args)
	if err != nil && ctx.Err() == nil && output != "" {
		return fmt.Errorf("link: %s", strings.TrimSpace(output))
	}
	if err != nil {
		return err
	}
	if t.manifest.On("cell") {
		return nil
	}
	return makeUnique(object, t.linked.Add(1))
}

// linkConfig writes the list of all packages anew when a cell has removed it or packages were added.
func (t *Toolchain) linkConfig() (string, error) {
	config := filepath.Join(t.scratch, "packages-"+strconv.Itoa(len(t.added)))
	if _, err := os.Stat(config); err == nil {
		return config, nil
	}
	lines := []string{t.linkCfg}
	for path, archive := range t.added {
		lines = append(lines, fmt.Sprintf("packagefile %s=%s\n", path, archive))
	}
	return config, os.WriteFile(config, []byte(strings.Join(lines, "")), 0o600)
}

func methodVersions(versions map[string]int) string {
	var list []string
	for name, version := range versions {
		list = append(list, name+"="+strconv.Itoa(version))
	}
	sort.Strings(list)
	return strings.Join(list, ",")
}
