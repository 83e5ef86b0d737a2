package edits

// dot: identifiers may contain U+00B7, as the compiler's own names of types do: %T and reflection show P·2 as P.
// A field embedded as P·2 is called P.
var dot = Feature{
	Name: "dot",
	Part: Compiler,
	Edits: []Edit{
		{
			File: "cmd/compile/internal/syntax/scanner.go",
			Expected: `	case s.ch >= utf8.RuneSelf:
		s.errorf("invalid character %#U in identifier", s.ch)`,
			Replacement: `	case s.ch == 0xb7 && !first: // REPL
	case s.ch >= utf8.RuneSelf:
		s.errorf("invalid character %#U in identifier", s.ch)`,
		},
		{
			File: "cmd/compile/internal/types2/struct.go",
			Expected: `	switch e := e.(type) {
	case *syntax.Name:
		return e
`,
			Replacement: `	switch e := e.(type) {
	case *syntax.Name:
		for i := 0; i+1 < len(e.Value); i++ { // REPL
			if e.Value[i] == 0xc2 && e.Value[i+1] == 0xb7 {
				return syntax.NewName(e.Pos(), e.Value[:i])
			}
		}
		return e
`,
		},
		{ // a type inside a function of a cell is T·2·1: the last number is the compiler's
			File: "cmd/compile/internal/types/fmt.go",
			Expected: `		i -= len(dot)
		return name[:i], name[i:]
`,
			Replacement: `		i -= len(dot)
		base, suffix = SplitVargenSuffix(name[:i]) // REPL
		return base, suffix + name[i:]
`,
		},
	},
}

// uncommon: the descriptor of *T has room for methods from the start.
var uncommon = Feature{
	Name: "uncommon",
	Part: Compiler,
	Edits: []Edit{
		{
			File: "cmd/compile/internal/reflectdata/reflect.go",
			Expected: `	if t.Sym() == nil && len(methods(t)) == 0 {
		return 0
	}
`,
			Replacement: `	if t.Sym() == nil && len(methods(t)) == 0 && !replRoom(t) {
		return 0
	}
`,
		},
		{
			File: "cmd/compile/internal/reflectdata/reflect.go",
			Expected: `	if t.Sym() == nil && len(m) == 0 {
		base.Fatalf("extra requested`,
			Replacement: `	if t.Sym() == nil && len(m) == 0 && !replRoom(t) {
		base.Fatalf("extra requested`,
		},
		{
			File: "cmd/compile/internal/reflectdata/reflect.go",
			Expected: `	extra := t.Sym() != nil || len(methods(t)) != 0
`,
			Replacement: `	extra := t.Sym() != nil || len(methods(t)) != 0 || replRoom(t)
`,
		},
		{
			File:     "cmd/compile/internal/reflectdata/reflect.go",
			Expected: `func uncommonSize(t *types.Type) int {`,
			Replacement: `func replRoom(t *types.Type) bool {
	return base.Ctxt.Pkgpath == "repl" && t.IsPtr() && t.Elem() != nil && t.Elem().Sym() != nil && t.Elem().Sym().Pkg == types.LocalPkg && !t.Elem().IsInterface() && !t.Elem().IsPtr()
}

func uncommonSize(t *types.Type) int {`,
		},
	},
}

// methver: the code of a redefined method is a symbol of its own, while its type stays: REPLMETH="String=2,Len=3".
var methver = Feature{
	Name: "methver",
	Part: Compiler,
	Edits: []Edit{
		{
			File: "cmd/compile/internal/ir/expr.go",
			Expected: `	b.WriteString(msym.Name)
	b.WriteString(suffix)
	return rpkg.LookupBytes(b.Bytes())`,
			Replacement: `	b.WriteString(msym.Name)
	if rpkg == types.LocalPkg {
		b.WriteString(replMeth[msym.Name])
	}
	b.WriteString(suffix)
	return rpkg.LookupBytes(b.Bytes())`,
		},
		{
			File:     "cmd/compile/internal/ir/expr.go",
			Expected: `// MethodSymSuffix is like MethodSym, but`,
			Replacement: `var replMeth = func() map[string]string {
	m := map[string]string{}
	for _, kv := range strings.Split(os.Getenv("REPLMETH"), ",") {
		if k, v, ok := strings.Cut(kv, "="); ok {
			m[k] = "·" + v
		}
	}
	return m
}()

// MethodSymSuffix is like MethodSym, but`,
		},
		{
			File: "cmd/compile/internal/ir/expr.go",
			Expected: `	"fmt"
`,
			Replacement: `	"fmt"
	"os"
	"strings"
`,
		},
	},
}
