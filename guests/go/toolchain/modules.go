package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// modules are what a context has got beside the standard library. The go command finds and checks them; their packages
// are compiled when a cell first imports them, with the flags of cells.
type modules struct {
	folder   string            // of the go.mod that says which versions
	archives string            // folder of what was compiled
	used     map[string]string // module → version, of which something was compiled
	ctx      context.Context   // of the running cell
	progress io.Writer
}

// ForCell says which cell imports are for: they end with it, and tell it of long work.
func (t *Toolchain) ForCell(ctx context.Context, progress io.Writer) {
	t.modules.ctx, t.modules.progress = ctx, progress
}

// Get brings modules, by the arguments of `go get`. A module that cells use keeps its version: code of it is loaded.
func (t *Toolchain) Get(ctx context.Context, arguments []string) error {
	if err := t.openModules(); err != nil {
		return err
	}
	restore := t.saveVersions()
	if _, err := t.goCommand(ctx, append([]string{"get"}, arguments...)...); err != nil {
		restore()
		return err
	}
	if err := t.checkUsed(ctx); err != nil {
		restore()
		return err
	}
	return nil
}

func (t *Toolchain) checkUsed(ctx context.Context) error {
	if len(t.modules.used) == 0 {
		return nil
	}
	arguments := []string{"list", "-mod=mod", "-m", "-f", "{{.Path}} {{.Version}}"}
	for path := range t.modules.used {
		arguments = append(arguments, path)
	}
	text, err := t.goCommand(ctx, arguments...)
	if err != nil {
		return err
	}
	for _, line := range strings.Split(text, "\n") {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		if used := t.modules.used[path]; used != "" && used != version {
			return fmt.Errorf("%s %s is loaded in this context, and this needs %s: nothing was changed; a new context can take it",
				path, used, version)
		}
	}
	return nil
}

// openModules makes the module in whose name the go command is run.
func (t *Toolchain) openModules() error {
	file := filepath.Join(t.modules.folder, "go.mod")
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	if err := os.MkdirAll(t.modules.folder, 0o700); err != nil {
		return err
	}
	text := "module cells\n\ngo " + strings.TrimPrefix(t.manifest.Language(), "go") + "\n"
	return os.WriteFile(file, []byte(text), 0o600)
}

func (t *Toolchain) hasModules() bool {
	_, err := os.Stat(filepath.Join(t.modules.folder, "go.mod"))
	return err == nil
}

// saveVersions returns what undoes changes of go.mod and go.sum.
func (t *Toolchain) saveVersions() (restore func()) {
	var undo []func()
	for _, name := range []string{"go.mod", "go.sum"} {
		file := filepath.Join(t.modules.folder, name)
		if content, err := os.ReadFile(file); err == nil {
			undo = append(undo, func() { os.WriteFile(file, content, 0o600) })
		} else {
			undo = append(undo, func() { os.Remove(file) })
		}
	}
	return func() {
		for _, one := range undo {
			one()
		}
	}
}

// goCommand runs the go command for the modules of the context, and streams what it tells.
func (t *Toolchain) goCommand(ctx context.Context, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, filepath.Join(t.manifest.GoRoot, "bin", "go"), arguments...)
	command.Dir = t.modules.folder
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOTOOLCHAIN=local", "GO111MODULE=on", "GOROOT="+t.manifest.GoRoot)
	var stdout bytes.Buffer
	complaints := &lastLines{to: t.modules.progress}
	command.Stdout, command.Stderr = &stdout, complaints
	err := command.Run()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", complaints.reason(err)
	}
	return stdout.String(), nil
}

// lastLines passes on what it gets and keeps the end, which says why a command failed.
type lastLines struct {
	to   io.Writer
	tail []byte
}

func (l *lastLines) Write(data []byte) (int, error) {
	const kept = 4000
	if l.to != nil {
		l.to.Write(data)
	}
	l.tail = append(l.tail, data...)
	l.tail = l.tail[max(0, len(l.tail)-kept):]
	return len(data), nil
}

func (l *lastLines) reason(err error) error {
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(string(l.tail)), "\n") {
		if !strings.HasPrefix(line, "go: downloading ") && strings.TrimSpace(line) != "" {
			lines = append(lines, strings.TrimPrefix(line, "go: "))
		}
	}
	if len(lines) == 0 {
		return err
	}
	return errors.New(strings.Join(lines[max(0, len(lines)-6):], "\n"))
}
