package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	linker, linkerFeature, err := hostLinker()
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
	return t.writeManifest(toolchain.Manifest{
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
	packages []listing // all, compiled for it
	kernel   string    // archive of the kernel's main package
}

// compile makes the archives of the library, the kernel and what is linked into cells.
func (l *sharedLibrary) compile(replacements map[string]string) error {
	file := filepath.Join(l.scratch, "overlay-runtime.json")
	if err := overlay(file, replacements); err != nil {
		return err
	}
	found, err := l.archives([]string{"GOFLAGS=" + libraryFlags}, "-overlay="+file, "std", "./kernel")
	if err != nil {
		return err
	}
	for _, entry := range found {
		if entry.path == "sandcell/kernel" {
			l.kernel = entry.archive
		} else {
			l.packages = append(l.packages, entry)
		}
	}
	if l.kernel == "" {
		return errors.New("the kernel was not compiled")
	}
	return nil
}

// holds says whether a package is in the library.
func (l *sharedLibrary) holds(path string) bool {
	return !withSideEffects[path] && !strings.HasPrefix(path, "sandcell/")
}

func (l *sharedLibrary) link() error {
	var config strings.Builder
	args := []string{"-buildmode=shared", "-w", "-s"}
	for _, entry := range l.packages {
		fmt.Fprintf(&config, "packagefile %s=%s\n", entry.path, entry.archive)
	}
	file := filepath.Join(l.scratch, "library.cfg")
	if err := os.WriteFile(file, []byte(config.String()), 0o644); err != nil {
		return err
	}
	args = append(args, l.checkLinkname("-importcfg="+file, "-o="+l.path)...)
	for _, entry := range l.packages {
		if l.holds(entry.path) {
			args = append(args, entry.path+"="+entry.archive)
		}
	}
	_, err := output(nil, filepath.Join(l.tools, "link"), args...)
	return err
}

// linkKernel links the kernel with the library, and installs what cells are compiled against and linked with. Of the
// library's packages they need the export data alone.
func (l *sharedLibrary) linkKernel() error {
	var config, archives strings.Builder
	for _, entry := range l.packages {
		place := l.archivePlace(entry.path)
		install, shared := copyFile, ""
		if l.holds(entry.path) {
			install, shared = copyExportData, fmt.Sprintf("packageshlib %s=%s\n", entry.path, l.path)
		}
		if err := install(entry.archive, place, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&config, "packagefile %s=%s\n%s", entry.path, entry.archive, shared)
		fmt.Fprintf(&archives, "packagefile %s=%s\n%s", entry.path, place, shared)
	}
	if err := os.WriteFile(filepath.Join(l.out, toolchain.PackagesFile), []byte(archives.String()), 0o644); err != nil {
		return err
	}
	file := filepath.Join(l.scratch, "kernel.cfg")
	if err := os.WriteFile(file, []byte(config.String()), 0o644); err != nil {
		return err
	}
	args := l.checkLinkname("-buildmode=pie", "-linkmode=external", "-linkshared", "-w", "-s", "-extldflags=-Wl,-z,noexecstack",
		"-importcfg="+file, "-o="+filepath.Join(l.out, toolchain.KernelFile))
	_, err := output(nil, filepath.Join(l.tools, "link"), append(args, l.kernel)...)
	return err
}
