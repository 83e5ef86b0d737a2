// Command extld stands in for the C compiler that Go's linker calls to link a cell. A cell needs neither the C
// library nor start files, which the kernel has: the objects go straight to a linker.
//
//	extld LINKER [arguments of a C compiler]
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) < 3 || probes(os.Args[1:]) {
		return
	}
	linker := os.Args[1]
	args := append([]string{linker, "-shared", "--hash-style=gnu", "--build-id=none", "-z", "now", "-z", "noexecstack"}, threads(linker)...)
	given := os.Args[2:]
	for i := 0; i < len(given); i++ {
		switch arg := given[i]; {
		case arg == "-o" && i+1 < len(given):
			i++
			args = append(args, arg, given[i])
		case strings.HasSuffix(arg, ".o") && arg[0] != '-':
			args = append(args, arg)
		}
	}
	err := syscall.Exec(linker, args, os.Environ())
	fmt.Fprintf(os.Stderr, "%s: %v\n", linker, err)
	os.Exit(1)
}

// probes says whether Go's linker only asks which flags the C compiler knows: it takes all of them.
func probes(args []string) bool {
	for _, arg := range args {
		if strings.HasSuffix(arg, "trivial.c") || arg == "-Wl,--version" {
			return true
		}
	}
	return false
}

func threads(linker string) []string {
	switch filepath.Base(linker) {
	case "mold":
		return []string{"--thread-count=1"}
	case "ld.lld":
		return []string{"--threads=1"}
	}
	return nil
}
