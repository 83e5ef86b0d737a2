package edits

// index: a shared library is looked up in an index beside it (../index.go); the stock linker reads 50 MB for each cell.
var index = Feature{
	Name:    "index",
	Part:    Linker,
	Sources: []string{"link/index", "link/symbols"},
	Edits: []Edit{
		{
			File: "cmd/link/internal/ld/lib.go",
			Expected: `	syms, err := f.DynamicSymbols()
`,
			Replacement: `	if idx := openIndex(libpath, f); idx != nil {
		idx.bindUndefined(ctxt)
		ctxt.Shlibs = append(ctxt.Shlibs, Shlib{Path: libpath, Hash: hash, Deps: deps, File: f, index: idx})
		return
	}
	syms, err := f.DynamicSymbols()
`,
		},
		{
			File: "cmd/link/internal/ld/decodesym.go",
			Expected: `			addr, ok := sh.symAddr[name]
`,
			Replacement: `			addr, ok := sh.addressOf(name)
`,
		},
		{
			File: "cmd/link/internal/ld/decodesym.go",
			Expected: `			target := sh.relocTarget[addr]
`,
			Replacement: `			target := sh.targetAt(addr)
`,
		},
		{
			File: "cmd/link/internal/ld/decodesym.go",
			Expected: `			t := ldr.Lookup(target, 0)
			if t == 0 {
				Exitf("can't find target of relocation`,
			Replacement: `			t := sh.typeSymbol(ctxt, target)
			if t == 0 {
				Exitf("can't find target of relocation`,
		},
		{
			File: "cmd/link/internal/ld/link.go",
			Expected: `	relocTarget map[uint64]string
`,
			Replacement: `	relocTarget map[uint64]string
	// Takes the place of both where the library has one.
	index *libraryIndex
`,
		},
	},
}

// cell: each module has a path of its own though all are one package, and no hash of that package. Its table of exported
// names, which nobody reads, is left out: it cannot refer to types of the library.
var cell = Feature{
	Name: "cell",
	Part: Linker,
	Edits: []Edit{
		{
			File: "cmd/link/internal/ld/symtab.go",
			Expected: `		for _, l := range ctxt.Library {
			s := ldr.CreateSymForUpdate("go:link.pkghashbytes."`,
			Replacement: `		for _, l := range ctxt.Library {
			if l.Pkg == *flagPluginPath {
				l.Fingerprint = [8]byte{}
			}
			s := ldr.CreateSymForUpdate("go:link.pkghashbytes."`,
		},
		{
			File: "cmd/link/internal/ld/symtab.go",
			Expected: `objabi.PathToPrefix(*flagPluginPath))

		pkghashes`,
			Replacement: `objabi.PathToPrefix(*flagPluginPath)+"#"+filepath.Base(*flagOutfile))

		pkghashes`,
		},
		{
			File: "cmd/link/internal/ld/symtab.go",
			Expected: `		for i, l := range ctxt.Library {
`,
			Replacement: `		for i, l := range ctxt.Library[:0] {
`,
		},
		{
			File:        "cmd/link/internal/ld/symtab.go",
			Expected:    `		slice(pkghashes.Sym(), uint64(len(ctxt.Library)))`,
			Replacement: `		slice(pkghashes.Sym(), 0)`,
		},
		{
			File:        "cmd/link/internal/ld/deadcode.go",
			Expected:    `+"..inittask", objabi.PathToPrefix(*flagPluginPath)+".main", "go:plugin.tabs")`,
			Replacement: `+"..inittask", objabi.PathToPrefix(*flagPluginPath)+".main")`,
		},
	},
}

// amd: a module linked with the shared library does not define runtime.addmoduledata again.
var amd = Feature{
	Name: "amd",
	Part: Linker,
	Edits: []Edit{
		{
			File: "cmd/link/internal/ld/ld.go",
			Expected: `	if ctxt.BuildMode == BuildModePlugin {
		ctxt.Textp = append(ctxt.Textp, amd)`,
			Replacement: `	if ctxt.BuildMode == BuildModePlugin && ctxt.loader.SymType(amd) != sym.SDYNIMPORT {
		ctxt.Textp = append(ctxt.Textp, amd)`,
		},
	},
}

// direct: where the external linker is no C compiler but a linker, it is called at once: a module needs neither the C
// library nor start files, which the kernel has.
var direct = Feature{
	Name:    "direct",
	Part:    Linker,
	Sources: []string{"link/direct"},
	Edits: []Edit{
		{
			File: "cmd/link/internal/ld/lib.go",
			Expected: `	var argv []string
	argv = append(argv, ctxt.extld()...)
`,
			Replacement: `	if ctxt.linksDirectly() {
		ctxt.linkDirectly()
	}
	var argv []string
	argv = append(argv, ctxt.extld()...)
`,
		},
	},
}

// names: the runtime takes offset 0 of the table of function names for no name; in a module it is the first function's.
var names = Feature{
	Name: "names",
	Part: Linker,
	Edits: []Edit{
		{
			File: "cmd/link/internal/ld/pcln.go",
			Expected: `	var size int64
	walkFuncs(ctxt, funcs, func(s loader.Sym) {
		nameOffsets[s] = uint32(size)
`,
			Replacement: `	var size int64 = 1
	walkFuncs(ctxt, funcs, func(s loader.Sym) {
		nameOffsets[s] = uint32(size)
`,
		},
	},
}
