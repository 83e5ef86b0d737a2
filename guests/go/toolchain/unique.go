package toolchain

import (
	"debug/elf"
	"fmt"
	"os"
	"strconv"
)

// The runtime refuses a second module of the same path, or of a package that it has with another hash.
// All cells are the package UnitPath, because they share its symbols; so each linked cell gets a path
// of its own, and the hash of its package is cleared. The stock linker has no flag for either: the linker
// looks for the package's initialisers under the path given to it, which must therefore stay UnitPath.
const (
	pathSymbol = "go:link.thispluginpath"
	hashSymbol = "go:link.pkghashbytes." + UnitPath
)

func makeUnique(object string, number uint64) error {
	file, err := os.OpenFile(object, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	image, err := elf.NewFile(file)
	if err != nil {
		return err
	}
	symbols, err := image.Symbols()
	if err != nil {
		return err
	}
	patched := 0
	for _, symbol := range symbols {
		if symbol.Name != pathSymbol && symbol.Name != hashSymbol {
			continue
		}
		content := make([]byte, symbol.Size)
		if symbol.Name == pathSymbol {
			content = fmt.Appendf(nil, "%0*s", len(content), strconv.FormatUint(number, 36))
		}
		section := image.Sections[symbol.Section]
		if _, err := file.WriteAt(content, int64(symbol.Value-section.Addr+section.Offset)); err != nil {
			return err
		}
		patched++
	}
	if patched != 2 {
		return fmt.Errorf("link: the module has %d of the 2 symbols that make it unique", patched)
	}
	return nil
}
