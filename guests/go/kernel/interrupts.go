package main

import "sync"

// interrupts brings an interrupt to the cell that it is for, and to no other.
type interrupts struct {
	lock    sync.Mutex
	running *interruptible
}

// interruptible is a cell between its execute frame and its end.
type interruptible struct {
	lowByte byte
	arrived chan struct{} // closed by the first interrupt
	once    sync.Once
}

func (i *interrupts) begin(count int) *interruptible {
	i.lock.Lock()
	defer i.lock.Unlock()
	i.running = &interruptible{lowByte: byte(count), arrived: make(chan struct{})}
	return i.running
}

func (i *interrupts) end() {
	i.lock.Lock()
	defer i.lock.Unlock()
	i.running = nil
}

func (i *interrupts) deliver(lowByte byte) {
	i.lock.Lock()
	defer i.lock.Unlock()
	if i.running != nil && i.running.lowByte == lowByte {
		i.running.interrupt()
	}
}

func (r *interruptible) interrupt() {
	r.once.Do(func() { close(r.arrived) })
}
