package toolchain

import (
	"debug/elf"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// The runtime refuses a second module of the same path, or of a package that it has with another hash.
// All cells are the package UnitPath, because they share its symbols; so each linked cell gets a path
// of its own, and the hash of its package is cleared. The stock linker has no flag for either: the linker
// looks for the package's initialisers under the path given to it, which must therefore stay UnitPath.
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
	strings, err := linkerStrings(image)
	if err != nil {
		return err
	}
	path := strings["thispluginpath"]
	module := []byte(fmt.Sprintf("%0*s", path.size, strconv.FormatUint(number, 36)))
	if err := path.write(file, module); err != nil {
		return err
	}
	if err := strings["pkghashbytes."+UnitPath].clear(file); err != nil {
		return err
	}
	for i := 0; ; i++ {
		index := strconv.Itoa(i)
		name, ok := strings["pkgname."+index]
		if !ok {
			return fmt.Errorf("link: the module does not name the package %s", UnitPath)
		}
		if name.read(file) == UnitPath {
			return strings["pkglinkhash."+index].clear(file)
		}
	}
}

// place is where a string of the linker stands in a file.
type place struct {
	offset int64
	size   int
}

// linkerStrings finds the strings "go:link.*", by the rest of their names.
func linkerStrings(image *elf.File) (map[string]place, error) {
	symbols, err := image.Symbols()
	if err != nil {
		return nil, err
	}
	places := map[string]place{}
	for _, symbol := range symbols {
		name, ok := strings.CutPrefix(symbol.Name, "go:link.")
		if ok && int(symbol.Section) < len(image.Sections) {
			section := image.Sections[symbol.Section]
			places[name] = place{int64(symbol.Value - section.Addr + section.Offset), int(symbol.Size)}
		}
	}
	return places, nil
}

func (p place) read(file *os.File) string {
	content := make([]byte, p.size)
	n, _ := file.ReadAt(content, p.offset)
	return string(content[:n])
}

func (p place) write(file *os.File, content []byte) error {
	if p.size == 0 || p.size != len(content) {
		return fmt.Errorf("link: a string of the module has %d bytes, not %d", p.size, len(content))
	}
	_, err := file.WriteAt(content, p.offset)
	return err
}

func (p place) clear(file *os.File) error { return p.write(file, make([]byte, p.size)) }
