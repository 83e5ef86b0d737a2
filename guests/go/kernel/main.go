// The Go guest: compiles each cell, loads it into this process, and runs it here. docs/kernel-protocol.md says how the
// server talks to it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	// First of all: nothing may have taken descriptor 3 yet.
	connection, err := connect(takeVariable("SANDCELL_ADDRESS"), takeVariable("SANDCELL_TOKEN"))
	if err != nil {
		fail(err)
	}
	linkNote := takeVariable("SANDCELL_LINK_NOTE")
	memoryMiB, _ := strconv.Atoi(takeVariable("SANDCELL_MEMORY_MIB"))
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "SANDCELL_") {
			os.Unsetenv(name)
		}
	}
	executable, err := os.Executable()
	if err != nil {
		fail(err)
	}
	kernel, err := newKernel(connection, filepath.Dir(executable), linkNote)
	if err != nil {
		fail(err)
	}
	setLimits(memoryMiB)
	if err := kernel.serve(); err != errGone {
		fail(err)
	}
	syscall.Exit(0) // not os.Exit: cells may have registered what it runs
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	syscall.Exit(1)
}
