//go:build prelinked

package main

import _ "unsafe" // for go:linkname

//go:linkname replSetGuard runtime.replSetGuard
func replSetGuard(level uint32)

//go:linkname replSetForce runtime.replSetForce
func replSetForce(names []string)

// containPanics makes the runtime end a goroutine that panics, and not the process.
func containPanics() { replSetGuard(1) }

// forceMethods names the methods whose tables the next loaded module replaces.
func forceMethods(names []string) { replSetForce(names) }

//go:linkname replSetReport runtime.replSetReport
func replSetReport(report func(value any))

// reportUncaught gives the function that a panic is given to when it ends a goroutine.
func reportUncaught(report func(value any)) { replSetReport(report) }

// doubleTables of the module that was loaded last.
//
//go:linkname doubleTables runtime.replTakeDoubles
func doubleTables() []doubleTable
