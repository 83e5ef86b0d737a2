package main

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"sandcell/cell"
)

// cellGoroutines knows which goroutine belongs to which cell, by the labels that it inherited.
type cellGoroutines struct {
	lock    sync.Mutex
	counts  map[unsafe.Pointer]int
	running *cellRun
}

func (g *cellGoroutines) begin(run *cellRun) {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.counts == nil {
		g.counts = map[unsafe.Pointer]int{}
	}
	g.counts[run.labels] = run.count
	g.running = run
}

func (g *cellGoroutines) end() {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.running = nil
}

// find gives the count of the cell of the calling goroutine, which has these labels: 0 where there is none. And its run
// where it still runs.
func (g *cellGoroutines) find(labels unsafe.Pointer) (count int, run *cellRun) {
	g.lock.Lock()
	defer g.lock.Unlock()
	if r := g.running; r != nil && (r.labels == labels || r.goroutine == currentGoroutine()) { // labels can be changed
		return r.count, r
	}
	return g.counts[labels], nil
}

// watchGoroutines says on stderr what ends a goroutine that a cell has started, which alone ends, and takes an exit to
// the cell that it ends.
func (k *kernel) watchGoroutines() {
	report := func(value any) {
		if _, interrupted := value.(cell.Interrupt); interrupted {
			return
		}
		count, _ := k.goroutines.find(cell.Labels())
		trace := strings.Join(traceLines(callers()), "\n")
		say("panic in a goroutine%s: %s\n%s\n", ofCell(count), shorten(panicText(value)), trace)
	}
	cell.Report = report
	reportUncaught(report)
	cell.Exiting = func(code int) {
		count, run := k.goroutines.find(cell.Labels())
		if run != nil {
			run.exit(code)
		} else {
			say("os.Exit(%d) ended only a goroutine%s, which runs in the background\n", code, ofCell(count))
		}
	}
}

func ofCell(count int) string {
	if count == 0 {
		return ""
	}
	return fmt.Sprintf(" of cell %d", count)
}

func say(format string, values ...any) {
	writeAll(2, fmt.Appendf(nil, format, values...))
}
