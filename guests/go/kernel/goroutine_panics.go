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

// find gives the count of the cell that has these labels, 0 where there is none, and its run where it still runs.
func (g *cellGoroutines) find(labels unsafe.Pointer) (count int, run *cellRun) {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.running != nil && g.running.labels == labels {
		run = g.running
	}
	return g.counts[labels], run
}

// reportPanics says on stderr what ends a goroutine that a cell has started. The goroutine alone ends.
func (k *kernel) reportPanics() {
	report := func(value any) {
		count, run := k.goroutines.find(cell.Labels())
		switch value := value.(type) {
		case cell.Interrupt:
		case cell.ExitStatus:
			if run != nil {
				run.exits <- value // the first one; others wait for their cell's end
				return
			}
			say("os.Exit(%d) ended only a goroutine%s\n", value.Code, ofCell(count))
		default:
			trace := strings.Join(traceLines(callers()), "\n")
			say("panic in a goroutine%s: %s\n%s\n", ofCell(count), shorten(panicText(value)), trace)
		}
	}
	cell.Report = report
	reportUncaught(report)
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
