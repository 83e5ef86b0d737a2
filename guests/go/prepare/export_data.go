package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// copyExportData copies the first file of an archive, which is all that compilers read.
func copyExportData(from, to string, mode os.FileMode) error {
	const magic, header, name, sizeStart, sizeEnd = "!<arch>\n", 60, "__.PKGDEF", 48, 58
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	start := len(magic)
	if len(content) < start+header || !bytes.HasPrefix(content[start:], []byte(name)) {
		return fmt.Errorf("%s does not begin with export data", from)
	}
	size, err := strconv.Atoi(string(bytes.TrimSpace(content[start+sizeStart : start+sizeEnd])))
	if err != nil || start+header+size > len(content) {
		return fmt.Errorf("%s: the export data has a wrong size", from)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content[:start+header+size], mode)
}
