package cell

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// Stop is not 0 while an interrupted cell is unwound. It is read at every loop head, and therefore a plain variable.
var Stop uint32

// Goroutines inherit the profiler labels of the one that started them: the label set of a cell stands for the cell
// and everything it started.
const maxOrders = 64

var (
	stoppedLabels [maxOrders]unsafe.Pointer
	slotsUsed     uint32
	ordersMade    uint32
	ordersLock    sync.Mutex
)

// StopOrder makes every goroutine of one interrupted cell unwind at its next check.
type StopOrder struct {
	slot   uint32
	labels unsafe.Pointer
	paused bool
}

// NewStopOrder is in force at once.
func NewStopOrder(labels unsafe.Pointer) *StopOrder {
	ordersLock.Lock()
	defer ordersLock.Unlock()
	order := &StopOrder{slot: ordersMade % maxOrders, labels: labels} // of 65 at once the oldest is forgotten
	ordersMade++
	atomic.StorePointer(&stoppedLabels[order.slot], labels)
	atomic.StoreUint32(&slotsUsed, min(ordersMade, maxOrders))
	atomic.AddUint32(&Stop, 1)
	return order
}

// Pause lets all cells run at full speed for a while, the interrupted one too. One goroutine holds an order.
func (o *StopOrder) Pause() {
	if !o.paused {
		o.paused = true
		atomic.AddUint32(&Stop, ^uint32(0))
	}
}

// Resume ends a pause.
func (o *StopOrder) Resume() {
	if o.paused {
		o.paused = false
		atomic.AddUint32(&Stop, 1)
	}
}

// End takes the order back. It is called once.
func (o *StopOrder) End() {
	o.Pause()
	atomic.CompareAndSwapPointer(&stoppedLabels[o.slot], o.labels, nil)
}

// Labels is the label set of the calling goroutine; nil where it has none.
//
//go:linkname Labels runtime/pprof.runtime_getProfLabel
func Labels() unsafe.Pointer

func stopped(labels unsafe.Pointer) bool {
	if labels == nil {
		return false
	}
	for slot := range atomic.LoadUint32(&slotsUsed) {
		if atomic.LoadPointer(&stoppedLabels[slot]) == labels {
			return true
		}
	}
	return false
}
