package main

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

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

func openLibrary(path string) (C.uintptr_t, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var reason *C.char
	library := C.open_library(name, &reason)
	if library == 0 {
		return 0, errors.New(C.GoString(reason))
	}
	return library, nil
}
