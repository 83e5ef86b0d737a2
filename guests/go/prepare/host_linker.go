package main

import (
	"errors"
	"os/exec"
)

// Names are kept as they are found, and links not followed: ld.lld goes by how it is called.

// stockLinkers finds what makes a shared object of 4 to 15 MiB, the fastest first, and says of the feature "linker" what
// to do for a faster one.
func stockLinkers() (paths, feature string, err error) {
	for _, name := range []string{"mold", "ld", "ld.lld"} {
		path, err := exec.LookPath(name)
		switch {
		case err != nil:
		case name == "mold":
			return path, "on", nil
		default:
			return path, "mold is not installed: cells that use big packages take longer (apt-get install mold)", nil
		}
	}
	return "", "", errNoLinker
}

// directLinkers finds what makes a shared object of 12 KiB, for which ld takes half the time of others; the second one,
// if any, is for modules that are linked into cells.
func directLinkers() (paths, feature string, err error) {
	stock, feature, err := stockLinkers()
	if err != nil {
		return "", "", err
	}
	if ld, err := exec.LookPath("ld"); err == nil && ld != stock {
		return ld + " " + stock, feature, nil
	}
	return stock, feature, nil
}

var errNoLinker = errors.New("no linker is installed (apt-get install binutils)")
