package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"syscall"
	"unsafe"

	"sandcell/cell"
)

// cellRun is the run of one loaded cell, in a goroutine of its own.
type cellRun struct {
	count     int
	pid       int
	startedAt clockTicks
	goroutine goroutineID
	labels    unsafe.Pointer
	ended     chan cellEnd
	exits     chan cellEnd // os.Exit, in whichever goroutine of the cell
}

// cellEnd is what came of a run.
type cellEnd struct {
	result  *string
	failure *failure
	notes   []string
}

func (k *kernel) runCell(count int, code runFunction, progress *int, stop *interruptible) cellEnd {
	run := &cellRun{
		count:     count,
		pid:       syscall.Getpid(),
		startedAt: now(),
		ended:     make(chan cellEnd, 1),
		exits:     make(chan cellEnd, 1),
	}
	started := make(chan struct{})
	go func() {
		labels := pprof.Labels("cell", strconv.Itoa(count))
		pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), labels))
		run.labels, run.goroutine = cell.Labels(), currentGoroutine()
		k.goroutines.begin(run)
		close(started)
		run.start(code, progress)
	}()
	<-started
	defer k.goroutines.end()
	select {
	case end := <-run.ended:
		return end
	case end := <-run.exits:
		run.stopGoroutines()
		return end
	case <-stop.Done():
		return run.unwind()
	}
}

func (r *cellRun) start(code runFunction, progress *int) {
	completed := false
	var values []any
	var result *string
	var notes []string
	defer func() {
		value := recover()
		end := cellEnd{result: result, notes: notes}
		if !completed {
			end = r.describeEnd(value)
		}
		if syscall.Getpid() != r.pid {
			leaveForkedChild(end)
		}
		r.ended <- end
	}()
	debug.SetPanicOnFault(true) // a bad pointer is a panic, not the end of the process
	code(&values, progress)
	if len(values) > 0 {
		text, cut := render(values)
		result = &text
		notes = cut
	}
	completed = true
}

// describeEnd says how a run ended that did not come to its end. It is called on the stack that the panic left.
func (r *cellRun) describeEnd(value any) (end cellEnd) {
	defer func() {
		if recover() != nil { // a value whose methods panic in a way that fmt lets through
			end = cellEnd{failure: &failure{Name: "panic", Message: fmt.Sprintf("(%T)", value), Traceback: []string{}}}
		}
	}()
	switch value := value.(type) {
	case nil:
		return cellEnd{notes: []string{"runtime.Goexit ended the cell; the kernel and its variables live on"}}
	case cell.Interrupt:
		return cellEnd{failure: newFailure("Interrupted", interruptedMessage, callers(), r.count)}
	default:
		return cellEnd{failure: newFailure("panic", panicText(value), callers(), r.count)}
	}
}

// exit ends the run from the goroutine that calls os.Exit.
func (r *cellRun) exit(code int) {
	if syscall.Getpid() != r.pid {
		syscall.Exit(code)
	}
	end := cellEnd{notes: []string{"exit(0) ended the cell; the kernel and its variables live on"}}
	if code != 0 {
		end = cellEnd{failure: newFailure("ExitStatus", fmt.Sprintf("exit status %d", code), callers(), r.count)}
	}
	select {
	case r.exits <- end:
	default: // another goroutine was first
	}
}

// leaveForkedChild ends a process that user code forked and that came back out of the cell: it never answers.
func leaveForkedChild(end cellEnd) {
	if end.failure == nil {
		syscall.Exit(0)
	}
	writeAll(2, []byte(end.failure.text()))
	syscall.Exit(1)
}
