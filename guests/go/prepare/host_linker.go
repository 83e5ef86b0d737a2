package main

import (
	"errors"
	"os/exec"
)

// Not mold: its stubs for calls into other modules write the register in which Go passes the ninth argument, and with
// some modules it looks for a layout for ever. Paths are kept as they are found: ld.lld goes by how it is called.

// stockLinker finds what makes a shared object of 4 to 15 MiB, the fastest first, and says of the feature "linker" what
// to do for a faster one.
func stockLinker() (path, feature string, err error) {
	if path, err := exec.LookPath("ld.lld"); err == nil {
		return path, "on", nil
	}
	if path, err := exec.LookPath("ld"); err == nil {
		return path, "ld.lld is not installed: cells that use big packages take longer (apt-get install lld)", nil
	}
	return "", "", errors.New("no linker is installed (apt-get install binutils)")
}

// directLinkers finds what makes a shared object of 12 KiB, for which ld takes half the time of others; the second one,
// if any, is for modules that are linked into cells.
func directLinkers() (paths, feature string, err error) {
	stock, feature, err := stockLinker()
	if err != nil {
		return "", "", err
	}
	if ld, err := exec.LookPath("ld"); err == nil && ld != stock {
		return ld + " " + stock, feature, nil
	}
	return stock, feature, nil
}
