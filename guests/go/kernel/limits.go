package main

import (
	"runtime/debug"
)

// maxStackBytes is where a recursion is a runaway: at Go's own 1 GB it would have filled the memory before.
const maxStackBytes = 64 << 20

// heapShare of the memory is where the collector begins to work harder; the rest is for code, stacks and C.
const heapShare = 0.8

func setLimits(memoryMiB int) {
	debug.SetMaxStack(maxStackBytes)
	// A fatal error says what it is; the stacks of the guest's own goroutines say nothing to its reader.
	debug.SetTraceback("none")
	if memoryMiB > 0 {
		debug.SetMemoryLimit(int64(float64(memoryMiB<<20) * heapShare))
	}
	containPanics()
}
