package session

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// compile lets the real compiler take the unit.
func (n *notebook) compile(unit *Unit) {
	n.Helper()
	if unit.Empty {
		return
	}
	files, err := exports()
	if err != nil {
		n.Fatal(err)
	}
	folder := n.TempDir()
	source, config := filepath.Join(folder, "unit.go"), filepath.Join(folder, "importcfg")
	var lines strings.Builder
	for path, file := range files {
		if file != "" { // unsafe has none
			lines.WriteString("packagefile " + path + "=" + file + "\n")
		}
	}
	write(n.T, config, lines.String())
	write(n.T, source, unit.Source)
	command := exec.Command("go", "tool", "compile", "-p", "repl", "-importcfg", config, "-o", filepath.Join(folder, "unit.a"), source)
	if output, err := command.CombinedOutput(); err != nil {
		n.Fatalf("cell %d: %s\n%s", n.count, output, unit.Source)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
