package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sandcell/prepare/edits"
	"sandcell/toolchain"
)

// The prelinked strategy: the standard library is one shared library, which a cell is only linked against, by a
// toolchain built from edited sources.

// Without these a cell cannot be linked with the library, or not faster than by the stock strategy.
var required = []string{"base", "typetab", "index", "cell", "amd"}

// libraryFlags compile what goes into the library and the kernel: as for the stock strategy, and for linking with
// shared libraries.
const libraryFlags = "-buildmode=pie -tags=netgo,osusergo,prelinked " +
	"'-gcflags=all=-dynlink -linkshared -dwarf=false -d=wrapglobalmapctl=1' '-asmflags=all=-dynlink -linkshared'"

func preparePrelinked(t *target) error {
	if t.arch != "amd64" {
		return fmt.Errorf("the prelinked strategy exists for amd64 only, not for %s", t.arch)
	}
	linker, linkerFeature, err := directLinkers()
	if err != nil {
		return err
	}
	edited, err := edits.Apply(t.root, filepath.Join(t.scratch, "edits"))
	if err != nil {
		return err
	}
	for _, name := range required {
		if reason := edited.Missing[name]; reason != "" {
			return fmt.Errorf("the edit %q of %s: %s", name, t.version, reason)
		}
	}
	library := &sharedLibrary{target: t, path: filepath.Join(t.out, "libstd.so")}
	steps := &progress{steps: 7}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"compiling the compiler", func() error { return t.buildTool(edited, edits.Compiler, "cmd/compile") }},
		{"compiling the linker", func() error { return t.buildTool(edited, edits.Linker, "cmd/link") }},
		{"compiling the standard library", func() error { return library.compile(edited.Overlay[edits.Runtime]) }},
		{"linking the standard library", library.link},
		{"indexing the standard library", func() error { return writeIndex(library.path) }},
		{"linking the kernel", library.linkKernel},
	} {
		steps.next(step.what)
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}

	steps.next("checking")
	return t.check(toolchain.Manifest{
		Strategy:  "prelinked",
		GoVersion: t.version,
		GoRoot:    t.root,
		Compiler:  filepath.Join(t.out, "compile"),
		Compile:   append([]string{"-linkshared"}, compileFlags...),
		Linker:    filepath.Join(t.out, "link"),
		Link:      append([]string{"-s", "-linkshared"}, t.checkLinkname("-extld="+linker)...),
		Features:  features(edited, linkerFeature),
	})
}

func features(edited *edits.Result, linkerFeature string) map[string]string {
	found := map[string]string{"linker": linkerFeature}
	for _, feature := range edits.All() {
		found[feature.Name] = "on"
		if reason := edited.Missing[feature.Name]; reason != "" {
			found[feature.Name] = reason
		}
	}
	return found
}

// buildTool builds a program of the toolchain from edited sources.
func (t *target) buildTool(edited *edits.Result, part edits.Part, path string) error {
	file := filepath.Join(t.scratch, "overlay-"+string(part)+".json")
	if err := overlay(file, edited.Overlay[part]); err != nil {
		return err
	}
	_, err := t.outputWith([]string{"CGO_ENABLED=0"}, "build", "-overlay="+file, "-ldflags=-s -w", "-o", filepath.Join(t.out, string(part)), path)
	return err
}

// sharedLibrary is the standard library in one file.
type sharedLibrary struct {
	*target
	path     string
	packages []listing // what is in it
	beside   []listing // what is linked into the kernel, or into the cells that use it
	kernel   string    // archive of the kernel's main package
}

// compile makes the archives of the library, the kernel and what is linked into cells.
func (l *sharedLibrary) compile(replacements map[string]string) error {
	file := filepath.Join(l.scratch, "overlay-runtime.json")
	if err := overlay(file, replacements); err != nil {
		return err
	}
	paths, err := l.library()
	if err != nil {
		return err
	}
	env, flag := []string{"GOFLAGS=" + libraryFlags}, []string{"-overlay=" + file}
	if l.packages, err = l.archives(env, append(flag, paths...)...); err != nil {
		return err
	}
	others, err := l.archives(env, slices.Concat(flag, withSideEffects, []string{"./kernel"})...)
	if err != nil {
		return err
	}
	for _, entry := range others {
		switch {
		case entry.path == "sandcell/kernel":
			l.kernel = entry.archive
		case !slices.Contains(l.packages, entry):
			l.beside = append(l.beside, entry)
		}
	}
	if l.kernel == "" {
		return errors.New("the kernel was not compiled")
	}
	return nil
}

func (l *sharedLibrary) link() error {
	file := filepath.Join(l.scratch, "library.cfg")
	args := l.checkLinkname("-buildmode=shared", "-w", "-s", "-importcfg="+file, "-o="+l.path)
	var config strings.Builder
	for _, entry := range l.packages {
		fmt.Fprintf(&config, "packagefile %s=%s\n", entry.path, entry.archive)
		args = append(args, entry.path+"="+entry.archive)
	}
	if err := os.WriteFile(file, []byte(config.String()), 0o644); err != nil {
		return err
	}
	_, err := output(nil, filepath.Join(l.tools, "link"), args...)
	return err
}

// install copies what cells are compiled against and linked with. Of the library's packages that is the export data.
func (l *sharedLibrary) install() error {
	var config strings.Builder
	for _, entry := range l.packages {
		place := l.archivePlace(entry.path)
		if err := copyExportData(entry.archive, place, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&config, "packagefile %s=%s\npackageshlib %s=%s\n", entry.path, place, entry.path, l.path)
	}
	for _, entry := range l.beside {
		place := l.archivePlace(entry.path)
		if err := copyFile(entry.archive, place, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&config, "packagefile %s=%s\n", entry.path, place)
	}
	return os.WriteFile(filepath.Join(l.out, toolchain.PackagesFile), []byte(config.String()), 0o644)
}

func (l *sharedLibrary) linkKernel() error {
	if err := l.install(); err != nil {
		return err
	}
	args := l.checkLinkname("-buildmode=pie", "-linkmode=external", "-linkshared", "-w", "-s", "-extldflags=-Wl,-z,noexecstack",
		"-importcfg="+filepath.Join(l.out, toolchain.PackagesFile), "-o="+filepath.Join(l.out, toolchain.KernelFile))
	_, err := output(nil, filepath.Join(l.tools, "link"), append(args, l.kernel)...)
	return err
}
