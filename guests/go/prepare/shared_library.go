package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sandcell/toolchain"
)

// libraryFlags compile what goes into the library and the kernel: as for the stock strategy, and for linking with
// shared libraries.
const libraryFlags = "-buildmode=pie -tags=netgo,osusergo,prelinked " +
	"'-gcflags=all=-dynlink -linkshared -dwarf=false -d=wrapglobalmapctl=1' '-asmflags=all=-dynlink -linkshared'"

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
