package main

import (
	"context"
	"sync"
)

// interrupts brings an interrupt to the cell that it is for, and to no other.
type interrupts struct {
	lock    sync.Mutex
	running *interruptible
}

// interruptible is a cell between its execute frame and its end.
type interruptible struct {
	context.Context // cancelled by the first interrupt
	interrupt       context.CancelFunc
	lowByte         byte
}

func (i *interrupts) begin(count int) *interruptible {
	i.lock.Lock()
	defer i.lock.Unlock()
	interrupted, interrupt := context.WithCancel(context.Background())
	i.running = &interruptible{interrupted, interrupt, byte(count)}
	return i.running
}

func (i *interrupts) end() {
	i.lock.Lock()
	defer i.lock.Unlock()
	i.running.interrupt() // releases the context
	i.running = nil
}

func (i *interrupts) deliver(lowByte byte) {
	i.lock.Lock()
	defer i.lock.Unlock()
	if i.running != nil && i.running.lowByte == lowByte {
		i.running.interrupt()
	}
}
