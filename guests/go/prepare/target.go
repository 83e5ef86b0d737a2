package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// target is the toolchain to prepare for, and the folder to fill.
type target struct {
	goCommand string
	root      string // GOROOT
	tools     string // folder of the toolchain's programs
	version   string // "go1.26.8"
	arch      string // "amd64"
	out       string
	scratch   string
}

func newTarget() (*target, error) {
	t := &target{goCommand: os.Getenv("SANDCELL_GO"), out: os.Getenv("SANDCELL_OUT"), scratch: os.TempDir()}
	if t.goCommand == "" || t.out == "" {
		return nil, errors.New("SANDCELL_GO and SANDCELL_OUT are not set")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		return nil, errors.New("gcc is not installed: the kernel is linked with it (apt-get install gcc libc6-dev)")
	}
	facts, err := t.output("env", "GOROOT", "GOTOOLDIR", "GOVERSION", "GOARCH")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(facts), "\n")
	if len(lines) != 4 {
		return nil, fmt.Errorf("go env says %q", facts)
	}
	t.root, t.tools, t.version, t.arch = lines[0], lines[1], lines[2], lines[3]
	return t, nil
}

// output runs the go command in the module's folder.
func (t *target) output(args ...string) (string, error) {
	return t.outputWith(nil, args...)
}

func (t *target) outputWith(env []string, args ...string) (string, error) {
	return output(env, t.goCommand, args...)
}

func output(env []string, program string, args ...string) (string, error) {
	command := exec.Command(program, args...)
	command.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), args[0], err, tail(stderr.String()))
	}
	return stdout.String(), nil
}

// tail keeps of a program's complaints what a person can read.
func tail(text string) string {
	const length = 4000
	return text[max(0, len(text)-length):]
}

// oldestMinor is that of go.mod.
const oldestMinor = 22

// minor of "go1.26.8" is 26.
func (t *target) minor() int {
	minor := 0
	fmt.Sscanf(t.version, "go1.%d", &minor)
	return minor
}
