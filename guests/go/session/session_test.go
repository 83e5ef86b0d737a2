package session

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// exports finds the export data of packages where the go command keeps them.
var exports = sync.OnceValues(func() (map[string]string, error) {
	command := exec.Command("go", "list", "-export", "-f", "{{.ImportPath}}={{.Export}}", "-deps", cellPath, "std",
		"encoding/binary", "encoding/json", "errors", "fmt", "log", "math", "math/rand", "net/url", "os", "reflect", "sort",
		"strings", "sync", "syscall", "time")
	command.Stderr = os.Stderr
	output, err := command.Output()
	files := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(output)), "\n") {
		path, file, _ := strings.Cut(line, "=")
		files[path] = file
	}
	return files, err
})

var packages = sync.OnceValue(func() types.Importer {
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		files, err := exports()
		if err != nil {
			return nil, err
		}
		if files[path] == "" {
			return nil, fmt.Errorf("package %s is not in std", path)
		}
		return os.Open(files[path])
	})
})

// notebook runs cells as far as this package does: built, loaded and committed.
type notebook struct {
	*testing.T
	session *Session
	count   int
}

// prelinked has the features of that strategy, but for names that only its compiler takes.
func prelinked(t *testing.T) *notebook {
	return &notebook{T: t, session: New(Config{GoVersion: "go1.22", Importer: packages(), LateMethods: true, Guard: true})}
}

func stock(t *testing.T) *notebook {
	return &notebook{T: t, session: New(Config{GoVersion: "go1.22", Importer: packages()})}
}

// run takes a cell that must be right, to its end.
func (n *notebook) run(code string) *Unit {
	n.Helper()
	unit := n.build(code)
	unit.Loaded()
	unit.Commit(1 << 30)
	return unit
}

func (n *notebook) build(code string) *Unit {
	n.Helper()
	n.count++
	unit, err := n.session.Build(n.count, code)
	if err != nil {
		n.Fatalf("cell %d: %v\n%s", n.count, err, code)
	}
	n.compile(unit)
	return unit
}

// fail takes a cell that must be wrong.
func (n *notebook) fail(code string) *CompileError {
	n.Helper()
	n.count++
	unit, err := n.session.Build(n.count, code)
	if err == nil {
		n.Fatalf("cell %d should fail:\n%s\n%s", n.count, code, unit.Source)
	}
	return err.(*CompileError)
}
