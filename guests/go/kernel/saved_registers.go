//go:build go1.26 && !prelinked

package main

import (
	"runtime"
	"unsafe"
)

// stackObject is the runtime's record of an object in a stack frame.
type stackObject struct {
	offset, size, pointerBytes int32
	maskOffset                 uint32 // from the start of the module's read-only data
}

// savedRegisters describes what the functions of reflect.MakeFunc save of their caller's registers.
//
//go:linkname savedRegisters runtime.methodValueCallFrameObjs
var savedRegisters [1]stackObject

//go:linkname maskOf runtime.(*stackObjectRecord).gcdata
func maskOf(*stackObject) (pointerBytes uintptr, mask *byte)

// registersMask stands in the kernel's own data, as the runtime asks for. A bit for each word: those that hold pointers.
var registersMask uint64

// With -dynlink the compiler of Go 1.26 takes the mask from a wrong place: the collector would free what the registers
// point to. The words are integers, floats, and the integer registers once more, as pointers.
func init() {
	integers := map[string]int{"amd64": 9, "arm64": 16}[runtime.GOARCH]
	words := int(savedRegisters[0].pointerBytes) / 8
	if integers == 0 || words <= integers || words > 64 {
		return // another architecture: as the runtime has it
	}
	registersMask = (1<<integers - 1) << (words - integers)
	_, mask := maskOf(&savedRegisters[0])
	start := uintptr(unsafe.Pointer(mask)) - uintptr(savedRegisters[0].maskOffset)
	savedRegisters[0].maskOffset = uint32(uintptr(unsafe.Pointer(&registersMask)) - start)
}
