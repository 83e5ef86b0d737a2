package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// hostLinker finds the program that makes a shared object of a cell, the fastest first, and says of the feature
// "linker" what to do for a faster one.
func hostLinker() (path, feature string, err error) {
	for _, name := range []string{"mold", "ld.lld", "ld"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			continue
		}
		switch name {
		case "mold":
			return path, "on", nil
		case "ld.lld":
			return path, "mold is not installed: ld.lld is used, which is slower (apt-get install mold)", nil
		}
		return path, "mold is not installed: ld is used, which is slower (apt-get install mold)", nil
	}
	return "", "", errors.New("no linker is installed (apt-get install binutils)")
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
