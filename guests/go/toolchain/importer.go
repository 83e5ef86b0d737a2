package toolchain

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"strings"
)

// Importer reads the export data of the packages that a cell may import. It keeps what it has read.
func (t *Toolchain) Importer(files *token.FileSet) types.ImporterFrom {
	gc := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) {
		archive, ok := t.archive(path)
		if !ok {
			if err := t.provide(path); err != nil {
				return nil, err
			}
			archive, _ = t.archive(path)
		}
		return os.Open(archive)
	})
	return checked{gc.(types.ImporterFrom)}
}

// checked refuses what the go command would refuse to a program.
type checked struct{ types.ImporterFrom }

func (c checked) Import(path string) (*types.Package, error) { return c.ImportFrom(path, "", 0) }

func (c checked) ImportFrom(path, folder string, mode types.ImportMode) (*types.Package, error) {
	switch {
	case path == "C":
		return nil, fmt.Errorf("cgo is not available in cells")
	case isInternal(path):
		return nil, fmt.Errorf("use of internal package %s not allowed", path)
	}
	return c.ImporterFrom.ImportFrom(path, folder, mode)
}

func isInternal(path string) bool {
	for _, element := range strings.Split(path, "/") {
		if element == "internal" || element == "vendor" {
			return true
		}
	}
	return false
}
