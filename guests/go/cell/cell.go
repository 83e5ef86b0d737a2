// Package cell is what the code of every cell is linked with: the check for interrupts at loop heads, the trap for
// os.Exit, and the guard of goroutines. The kernel has it too, and its copy is the one that all cells use.
package cell

// Interrupt is what an interrupted cell panics with.
type Interrupt struct{}

func (Interrupt) Error() string { return "interrupted" }

// Exiting is called by a goroutine that exits. The kernel sets it.
var Exiting = func(code int) {}

// Report is called with a panic that ends a goroutine, while its stack still stands. The kernel sets it.
var Report = func(value any) {}

// Check ends the goroutine's work where its cell was interrupted. Code calls it where Stop is not 0.
//
//go:noinline
func Check() {
	if stopped(Labels()) {
		panic(Interrupt{})
	}
}

// Exit stands in for os.Exit: it ends the cell, not the kernel. Deferred functions do not run, so that the goroutine
// cannot be unwound: it stops here for ever.
func Exit(code int) {
	Exiting(code)
	select {}
}

// Guard is deferred at the top of a goroutine: a panic ends that goroutine, not the process.
func Guard() {
	if value := recover(); value != nil {
		Report(value)
	}
}
