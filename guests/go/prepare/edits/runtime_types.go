package edits

// base: what the kernel switches on and gives, whichever of the features are on.
var base = Feature{Name: "base", Part: Runtime, Sources: []string{"runtime/base"}}

// typetab: the table that finds a type's first descriptor grows with each loaded module; the stock runtime makes it
// anew each time, which takes 15 ms with the whole standard library.
var typetab = Feature{
	Name:    "typetab",
	Part:    Runtime,
	Sources: []string{"runtime/typetab"},
	Edits: []Edit{
		{
			File: "runtime/type.go",
			Expected: `	typehash := make(map[uint32][]*_type, len(firstmoduledata.typelinks))
`,
			Replacement: `	if replTypehash == nil {
		replTypehash = make(map[uint32][]*_type, len(firstmoduledata.typelinks))
	}
	typehash := replTypehash
`,
		},
		{
			File: "runtime/type.go",
			Expected: `	for _, md := range modules[1:] {
		// Collect types from the previous module into typehash.
	collect:
		for _, tl := range prev.typelinks {`,
			Replacement: `	for mi, md := range modules[1:] {
		// Collect types from the previous module into typehash.
		links := prev.typelinks
		if mi < replTypedone {
			links = nil
		} else {
			replTypedone = mi + 1
		}
	collect:
		for _, tl := range links {`,
		},
	},
}

// late: a module may bring a type that is already there with more methods, or with new code for them. Its table of
// methods is merged into the first descriptor, and interfaces see it. What type assertions found out before is not
// kept per call site.
var late = Feature{
	Name:    "late",
	Part:    Runtime,
	Sources: []string{"runtime/late"},
	Edits: []Edit{
		{
			File: "runtime/type.go",
			Expected: `					if typesEqual(t, candidate, seen) {
						t = candidate
						break`,
			Replacement: `					if typesEqual(t, candidate, seen) {
						if candidate != t {
							replPair(candidate, t, md)
						}
						t = candidate
						break`,
		},
		{
			File: "runtime/type.go",
			Expected: `		return name{}
	}
	base := uintptr(ptrInModule)
	for md := &firstmoduledata; md != nil; md = md.next {`,
			Replacement: `		return name{}
	}
	if off < -1 {
		if p := replOff(int32(off)); p != nil {
			return name{Bytes: (*byte)(p)}
		}
	}
	base := uintptr(ptrInModule)
	for md := &firstmoduledata; md != nil; md = md.next {`,
		},
		{
			File: "runtime/type.go",
			Expected: `		// See cmd/link/internal/ld/data.go:relocsym.
		return nil
	}
`,
			Replacement: `		// See cmd/link/internal/ld/data.go:relocsym.
		return nil
	}
	if off < -1 {
		if p := replOff(int32(off)); p != nil {
			return (*_type)(p)
		}
	}
`,
		},
		{
			File: "runtime/type.go",
			Expected: `		return unsafe.Pointer(abi.FuncPCABIInternal(unreachableMethod))
	}
`,
			Replacement: `		return unsafe.Pointer(abi.FuncPCABIInternal(unreachableMethod))
	}
	if off < -1 {
		if p := replOff(int32(off)); p != nil {
			return p
		}
	}
`,
		},
		{
			File: "runtime/plugin.go",
			Expected: `	for _, i := range md.itablinks {
		itabAdd(i)
	}
	unlock(&itabLock)
`,
			Replacement: `	for _, i := range md.itablinks {
		itabAdd(i)
	}
	unlock(&itabLock)
	replMerge()
`,
		},
		{
			File: "runtime/iface.go",
			Expected: `	// Load the current cache.
	oldC := (*abi.TypeAssertCache)`,
			Replacement: `	if tab == nil && replGuard != 0 {
		return tab
	}
	// Load the current cache.
	oldC := (*abi.TypeAssertCache)`,
		},
		{
			File: "runtime/iface.go",
			Expected: `	// Load the current cache.
	oldC := (*abi.InterfaceSwitchCache)`,
			Replacement: `	if replGuard != 0 {
		return case_, tab
	}
	// Load the current cache.
	oldC := (*abi.InterfaceSwitchCache)`,
		},
	},
}

// itabs: two interface values are equal only if they have the same table. Where the runtime has made one before a module
// brings its own, the kernel makes the module use the first.
var itabs = Feature{
	Name:    "itabs",
	Part:    Runtime,
	Sources: []string{"runtime/itabs"},
	Edits: []Edit{
		{
			File: "runtime/plugin.go",
			Expected: `	// Build a map of symbol names to symbols. Here in the runtime
`,
			Replacement: `	replFindDoubles(md)

	// Build a map of symbol names to symbols. Here in the runtime
`,
		},
	},
}
