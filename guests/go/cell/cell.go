// Package cell is what the code of every cell is linked with: the check for interrupts at loop heads, the trap for
// os.Exit, and the guard of goroutines. The kernel has it too, and its copy is the one that all cells use.
package cell

// Interrupt is what an interrupted cell panics with.
type Interrupt struct{}

func (Interrupt) Error() string { return "interrupted" }

// ExitStatus is what a cell panics with in the place of os.Exit.
type ExitStatus struct{ Code int }

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

// Exit stands in for os.Exit: it ends the cell, not the kernel.
func Exit(code int) { panic(ExitStatus{code}) }

// Guard is deferred at the top of a goroutine: a panic ends that goroutine, not the process.
func Guard() {
	if value := recover(); value != nil {
		Report(value)
	}
}
