package main

import (
	"time"

	"sandcell/cell"
)

const interruptedMessage = "the cell was interrupted"

const (
	// unwindGrace is how long a cell may take to come to its next check before it counts as blocked.
	unwindGrace = 100 * time.Millisecond
	// lookInterval is the time between two looks at a goroutine that does not end.
	lookInterval = 20 * time.Millisecond
	// followTime is how long the goroutines that a cell started are made to unwind after it.
	followTime = time.Second
)

// unwind makes a run end: at its next check, or, where it is blocked and comes to none, by leaving it behind. A run
// that goes on working is waited for; in the end the server kills the kernel.
func (r *cellRun) unwind() cellEnd {
	order := cell.NewStopOrder(r.labels)
	childrenKilled := false
	wait := unwindGrace
	for looks := 0; ; wait = lookInterval {
		select {
		case end := <-r.ended:
			time.AfterFunc(followTime, order.End)
			return end
		case end := <-r.exits:
			time.AfterFunc(followTime, order.End)
			return end
		case <-time.After(wait):
		}
		stack := inspect(r.goroutine)
		if !stack.blocked() {
			looks = 0
			continue
		}
		if !childrenKilled {
			childrenKilled = true
			if killChildren(r.startedAt) > 0 { // most often they are what it waits for
				continue
			}
		}
		if looks++; looks < 2 {
			continue
		}
		go r.follow(order)
		return cellEnd{
			failure: newFailure("Interrupted", interruptedMessage, stack.frames, r.count),
			notes: []string{
				"the cell was blocked (" + stack.state + ") and was left behind: its goroutine ends when it wakes",
			},
		}
	}
}

// stopGoroutines makes what the cell has started unwind, as far as it comes to a check.
func (r *cellRun) stopGoroutines() {
	order := cell.NewStopOrder(r.labels)
	time.AfterFunc(followTime, order.End)
}

// follow keeps a stop order in force until an abandoned run has woken and ended. After two seconds it is in force for
// 1 ms in 20, so that other cells do not pay for it.
func (r *cellRun) follow(order *cell.StopOrder) {
	onTime, offTime := 2*time.Second, time.Duration(0)
	for {
		order.Resume()
		if r.endsWithin(onTime) {
			break
		}
		onTime, offTime = time.Millisecond, 19*time.Millisecond
		order.Pause()
		if r.endsWithin(offTime) {
			break
		}
	}
	order.Resume()
	time.AfterFunc(followTime, order.End)
}

func (r *cellRun) endsWithin(limit time.Duration) bool {
	select {
	case <-r.ended:
		return true
	case <-r.exits:
		return true
	case <-time.After(limit):
		return false
	}
}
