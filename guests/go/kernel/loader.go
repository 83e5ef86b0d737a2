package main

/*
#cgo LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

// A copy in memory, which /tmp need not hold for as long as the kernel lives; -1 where there is none.
static int copy_to_memory(const char *path, size_t size) {
	int from = open(path, O_RDONLY | O_CLOEXEC), to = memfd_create("cell", MFD_CLOEXEC);
	off_t done = 0;
	while (from >= 0 && to >= 0 && done < (off_t)size && sendfile(to, from, &done, size - done) > 0) {}
	if (from >= 0) close(from);
	if (to >= 0 && done < (off_t)size) {
		close(to);
		to = -1;
	}
	return to;
}

// RTLD_GLOBAL: of a name that several cells define, the first one loaded is everybody's.
static uintptr_t open_library(const char *path, char **reason) {
	void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
	if (library == NULL) *reason = dlerror();
	return (uintptr_t)library;
}

static void *find_symbol(uintptr_t library, const char *name) {
	return dlsym((void *)library, name);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	_ "plugin" // the runtime's own way to take in a module; it makes the linker export the kernel's symbols, too
	"unsafe"
)

// runFunction is a cell's code: it stores the values of the last expression, and how many statements have ended.
type runFunction func(result *[]any, progress *int)

//go:linkname lastModuleInit plugin.lastmoduleinit
func lastModuleInit() (path string, symbols map[string]any, initTasks []*byte, reason string)

//go:linkname doInit runtime.doInit
func doInit(tasks []*byte)

// load brings a shared object into the process, for good, and gives its entry. The initialisers of modules run, and may
// panic.
func load(path, entry string) (code runFunction, err error) {
	defer func() {
		if value := recover(); value != nil {
			code, err = nil, fmt.Errorf("an imported package panicked while it was initialised: %s", panicText(value))
		}
	}()
	library, err := openLibrary(path)
	if err != nil {
		return nil, err
	}
	_, _, tasks, reason := lastModuleInit()
	if reason != "" {
		return nil, errors.New(reason)
	}
	shareInterfaceTables(library)
	doInit(tasks)

	name := C.CString(entry)
	defer C.free(unsafe.Pointer(name))
	address := C.find_symbol(library, name)
	if address == nil {
		return nil, fmt.Errorf("%s is missing in the loaded cell", entry)
	}
	// A function value points to a pointer to the code.
	function := &address
	return *(*runFunction)(unsafe.Pointer(&function)), nil
}

// smallObject is what is left in /tmp without a thought: a cell of the prelinked strategy has 12 KiB, one of the stock
// strategy 2 to 15 MiB.
const smallObject = 256 << 10

func openLibrary(path string) (C.uintptr_t, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if info, err := os.Stat(path); err == nil && info.Size() > smallObject {
		if copied := C.copy_to_memory(name, C.size_t(info.Size())); copied >= 0 {
			defer C.close(copied)
			// By a name of its own: a library whose name is loaded already is not loaded again.
			os.Remove(path)
			if err := os.Symlink(fmt.Sprintf("/proc/self/fd/%d", copied), path); err != nil {
				return 0, err
			}
		}
	}
	var reason *C.char
	library := C.open_library(name, &reason)
	if library == 0 {
		return 0, errors.New(C.GoString(reason))
	}
	return library, nil
}
