// Command prepare makes once, from an installed Go toolchain, what Go kernels run with: the kernel itself, archives
// to compile cells against, and a manifest. run.sh starts it.
package main

import (
	"errors"
	"fmt"
	"os"
	_ "plugin" // the flags of run.sh suit programs that load libraries: others do not start with them
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: prepare stock|prelinked")
	}
	target, err := newTarget()
	if err != nil {
		return err
	}
	switch args[0] {
	case "stock":
		return prepareStock(target)
	case "prelinked":
		return preparePrelinked(target)
	default:
		return fmt.Errorf("unknown strategy %q: stock or prelinked", args[0])
	}
}
