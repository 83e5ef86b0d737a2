package main

import (
	"os"
	"path/filepath"
	"slices"

	"sandcell/toolchain"
)

// The stock strategy: the toolchain as it is. Cells are linked as plugins, with the packages they use; of all copies
// of a package's symbols in the process the kernel's are used, because the dynamic linker prefers the first it knows.

// Flags of every cell, of either strategy; the same as those in run.sh.
var (
	compileFlags = []string{"-dynlink", "-dwarf=false", "-d=wrapglobalmapctl=1", "-c=2"}
	linkFlags    = []string{"-w"}
)

func prepareStock(t *target) error {
	steps := &progress{steps: 3}
	linker, linkerFeature, err := stockLinker()
	if err != nil {
		return err
	}

	steps.next("compiling the standard library")
	library, err := t.library()
	if err != nil {
		return err
	}
	found, err := t.archives(nil, slices.Concat(library, withSideEffects, []string{"./cell"})...)
	if err != nil {
		return err
	}
	if err := t.installArchives(found); err != nil {
		return err
	}

	steps.next("linking the kernel")
	file := filepath.Join(t.scratch, "library.go")
	if err := os.WriteFile(file, []byte(t.imports(library)), 0o644); err != nil {
		return err
	}
	module, err := os.Getwd()
	if err != nil {
		return err
	}
	overlayFile := filepath.Join(t.scratch, "overlay-kernel.json")
	if err := overlay(overlayFile, map[string]string{filepath.Join(module, "kernel", "library.go"): file}); err != nil {
		return err
	}
	kernel := filepath.Join(t.out, toolchain.KernelFile)
	if _, err := t.output("build", "-overlay="+overlayFile, "-ldflags="+t.kernelLinkFlags(), "-o", kernel, "./kernel"); err != nil {
		return err
	}
	extld := filepath.Join(t.out, "extld.sh")
	if err := copyFile(filepath.Join("toolchain", "extld.sh"), extld, 0o755); err != nil {
		return err
	}

	steps.next("checking")
	manifest := toolchain.Manifest{
		Strategy:  "stock",
		GoVersion: t.version,
		GoRoot:    t.root,
		Compiler:  filepath.Join(t.tools, "compile"),
		Compile:   compileFlags,
		Linker:    filepath.Join(t.tools, "link"),
		Link:      append(append([]string{}, linkFlags...), t.checkLinkname("-extld="+extld+" "+linker)...),
		Features:  map[string]string{"linker": linkerFeature},
	}
	return t.check(manifest)
}

// checkLinkname adds the flag that lets the packages of cells and kernel use symbols of the runtime; Go 1.22 never refuses.
func (t *target) checkLinkname(flags ...string) []string {
	if t.minor() >= 23 {
		flags = append(flags, "-checklinkname=0")
	}
	return flags
}

// kernelLinkFlags: the C compiler links it, so that it can load libraries and its symbols are exported.
// Objects of the runtime do not say that they need no executable stack, and none needs it.
func (t *target) kernelLinkFlags() string {
	flags := "-linkmode=external -w '-extldflags=-Wl,-z,noexecstack'"
	for _, flag := range t.checkLinkname() {
		flags += " " + flag
	}
	return flags
}
