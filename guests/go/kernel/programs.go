package main

import (
	"flag"
	"os"
)

// prepareProgram lets a whole program find the command line as at its start: without arguments, and without the flags
// that it has defined when it ran before.
func prepareProgram() {
	os.Args = []string{"main"}
	flag.CommandLine = flag.NewFlagSet("main", flag.ExitOnError)
	flag.CommandLine.Usage = func() { flag.Usage() }
}
