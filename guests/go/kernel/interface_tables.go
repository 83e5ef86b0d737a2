package main

/*
#cgo LDFLAGS: -ldl
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>

struct replacement { uintptr_t library, own, used; };

static int replace_in(struct dl_phdr_info *info, size_t size, void *argument) {
	struct replacement *r = argument;
	if (info->dlpi_addr != ((struct link_map *)r->library)->l_addr) return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W)) continue;
		uintptr_t start = (info->dlpi_addr + segment->p_vaddr + sizeof(uintptr_t) - 1) & -sizeof(uintptr_t);
		uintptr_t *end = (uintptr_t *)(info->dlpi_addr + segment->p_vaddr + segment->p_filesz);
		for (uintptr_t *word = (uintptr_t *)start; word + 1 <= end; word++)
			if (*word == r->own) *word = r->used;
	}
	return 1;
}

// The code of a library finds its interface tables by pointers in its writable data.
static void use_other_table(uintptr_t library, void *own, void *used) {
	struct replacement r = {library, (uintptr_t)own, (uintptr_t)used};
	dl_iterate_phdr(replace_in, &r);
}
*/
import "C"

import "unsafe"

// doubleTable is an interface table of a module, and the one that the process has used so far in its place.
type doubleTable struct{ own, used unsafe.Pointer }

// shareInterfaceTables makes a new module use the interface tables that the process has: interface values with
// different tables are never equal.
func shareInterfaceTables(library C.uintptr_t) {
	for _, table := range doubleTables() {
		C.use_other_table(library, table.own, table.used)
	}
}
