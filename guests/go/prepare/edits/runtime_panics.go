package edits

// guard: a panic that nobody recovers ends its goroutine, not the process.
var guard = Feature{
	Name:    "guard",
	Part:    Runtime,
	Sources: []string{"runtime/guard"},
	Edits: []Edit{
		{
			File: "runtime/panic.go",
			Expected: `	preprintpanics(&p)

	fatalpanic(&p)`,
			Replacement: `	if replGuard != 0 && gp.goid != 1 && !isSystemGoroutine(gp, false) {
		replPanicked(&p, gp)
	}
	preprintpanics(&p)

	fatalpanic(&p)`,
		},
	},
}

// fatal: concurrent use of a map and the unlocking of an unlocked mutex are panics, not the end of the process.
var fatal = Feature{
	Name: "fatal",
	Part: Runtime,
	Edits: []Edit{
		{
			File: "runtime/panic.go",
			Expected: `func maps_fatal(s string) {
	fatal(s)`,
			Replacement: `func maps_fatal(s string) {
	if replGuard != 0 {
		panic(errorString(s))
	}
	fatal(s)`,
		},
		{
			File: "runtime/panic.go",
			Expected: `func sync_fatal(s string) {
	fatal(s)`,
			Replacement: `func sync_fatal(s string) {
	if replGuard != 0 {
		panic(errorString(s))
	}
	fatal(s)`,
		},
		{
			File: "runtime/panic.go",
			Expected: `func internal_sync_fatal(s string) {
	fatal(s)`,
			Replacement: `func internal_sync_fatal(s string) {
	if replGuard != 0 {
		panic(errorString(s))
	}
	fatal(s)`,
		},
	},
}

// stack: a goroutine at the limit of its stack gets it doubled once more and panics with what that leaves.
var stack = Feature{
	Name:    "stack",
	Part:    Runtime,
	Sources: []string{"runtime/stack"},
	Edits: []Edit{
		{
			File: "runtime/stack.go",
			Expected: `	if newsize > maxstacksize || newsize > maxstackceiling {
`,
			Replacement: `	overflow := replOverflow(gp, newsize)
	if overflow == replStackFits && newsize > maxstacksize || newsize > maxstackceiling {
`,
		},
		{
			File: "runtime/stack.go",
			Expected: `	casgstatus(gp, _Gcopystack, _Grunning)
	gogo(&gp.sched)
`,
			Replacement: `	casgstatus(gp, _Gcopystack, _Grunning)
	if overflow == replStackPanic {
		gp.sched.pc = abi.FuncPCABIInternal(replPanicOverflow)
	}
	gogo(&gp.sched)
`,
		},
	},
}
