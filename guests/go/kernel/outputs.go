package main

import (
	"fmt"
	"os"
	"syscall"
)

// outputs is stdout and stderr, whatever cells do to descriptors 1 and 2.
type outputs struct {
	private   [2]int      // duplicates: the end marks go through them
	originals [2]*os.File // kept, because a file that nobody refers to closes its descriptor
}

var outputNames = [2]string{"stdout", "stderr"}

func openOutputs() (*outputs, error) {
	stdout, err := duplicateAbove(1)
	if err != nil {
		return nil, err
	}
	stderr, err := duplicateAbove(2)
	return &outputs{[2]int{stdout, stderr}, [2]*os.File{os.Stdout, os.Stderr}}, err
}

// restore opens again what an earlier cell closed, and says so.
func (o *outputs) restore() (notes []string) {
	files := [2]**os.File{&os.Stdout, &os.Stderr}
	for index, name := range outputNames {
		reopened := o.restoreDescriptor(index)
		if isClosed(*files[index]) {
			o.originals[index] = os.NewFile(uintptr(index+1), "/dev/"+name)
			*files[index] = o.originals[index]
			reopened = true
		}
		if reopened {
			notes = append(notes, fmt.Sprintf("%s had been closed by an earlier cell; it is open again", name))
		}
	}
	return notes
}

func (o *outputs) restoreDescriptor(index int) (reopened bool) {
	fd := index + 1
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFL, 0)
	if errno != 0 {
		return syscall.Dup3(o.private[index], fd, 0) == nil
	}
	if flags&syscall.O_NONBLOCK != 0 { // a child that shares it did this: writes would fail once the pipe is full
		syscall.SetNonblock(fd, false)
	}
	return false
}

func isClosed(file *os.File) bool {
	connection, err := file.SyscallConn()
	return err != nil || connection.Control(func(uintptr) {}) != nil
}

func (o *outputs) writeMarks(mark string) error {
	for _, fd := range o.private {
		if err := writeAll(fd, []byte(mark)); err != nil {
			return err
		}
	}
	return nil
}
