package main

import (
	"fmt"
	"path/filepath"

	"sandcell/prepare/edits"
	"sandcell/toolchain"
)

// The prelinked strategy: the standard library is one shared library, which a cell is only linked against, by a
// toolchain built from edited sources.

// Without these a cell cannot be linked with the library, or not faster than by the stock strategy.
var required = []string{"base", "typetab", "index", "cell", "amd"}

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
