package main

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"sort"
)

// writeIndex writes the index beside a shared library that the edited linker reads;
// edits/sources/link/index.go.txt describes it. It must be made anew with the library: a stale one breaks every link.
func writeIndex(library string) error {
	file, err := elf.Open(library)
	if err != nil {
		return err
	}
	defer file.Close()
	all, err := file.DynamicSymbols()
	if err != nil {
		return err
	}
	var order []int // of the symbols that the library defines, by name
	for i, symbol := range all {
		kind := elf.ST_TYPE(symbol.Info)
		if kind != elf.STT_NOTYPE && kind != elf.STT_SECTION && symbol.Section != elf.SHN_UNDEF {
			order = append(order, i)
		}
	}
	sort.Slice(order, func(i, j int) bool { return all[order[i]].Name < all[order[j]].Name })

	var symbols, names []byte
	numbers := map[int]uint64{}
	le := binary.LittleEndian
	for number, i := range order {
		symbol := all[i]
		numbers[i] = uint64(number)
		symbols = le.AppendUint32(symbols, uint32(len(names)))
		symbols = le.AppendUint32(symbols, uint32(len(symbol.Name)))
		symbols = le.AppendUint64(symbols, symbol.Value)
		symbols = le.AppendUint64(symbols, symbol.Size)
		symbols = le.AppendUint32(symbols, uint32(symbol.Info))
		symbols = le.AppendUint32(symbols, uint32(symbol.Section))
		names = append(names, symbol.Name...)
	}
	pointers, err := pointerRecords(file, numbers)
	if err != nil {
		return err
	}

	content := le.AppendUint64(nil, uint64(len(order)))
	content = le.AppendUint64(content, uint64(len(pointers)))
	content = append(content, symbols...)
	for _, pointer := range pointers {
		content = le.AppendUint64(content, pointer.address)
		content = le.AppendUint64(content, pointer.symbol)
	}
	return os.WriteFile(library+".index", append(content, names...), 0o644)
}

type pointerRecord struct{ address, symbol uint64 }

// pointerRecords are the places that hold the address of a symbol: absolute relocations without addend.
func pointerRecords(file *elf.File, numbers map[int]uint64) ([]pointerRecord, error) {
	const size = 24 // of an Elf64_Rela
	var found []pointerRecord
	for _, section := range file.Sections {
		if section.Type != elf.SHT_RELA {
			continue
		}
		data, err := section.Data()
		if err != nil {
			return nil, err
		}
		for ; len(data) >= size; data = data[size:] {
			info, addend := binary.LittleEndian.Uint64(data[8:]), binary.LittleEndian.Uint64(data[16:])
			number, known := numbers[int(info>>32)-1] // symbol 0 is not in the list
			if elf.R_X86_64(info&0xffffffff) == elf.R_X86_64_64 && addend == 0 && known {
				found = append(found, pointerRecord{binary.LittleEndian.Uint64(data), number})
			}
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].address < found[j].address })
	return found, nil
}
