package main

import (
	"bytes"
	"errors"
	"fmt"
	"syscall"
)

// framesFD is the frames connection: close-on-exec, so that a subprocess cannot reach it.
const framesFD = 3

// aboveUserFDs is where the descriptors of the guest's own begin, out of the way of those that user code opens.
const aboveUserFDs = 64

const maxLineBytes = 16 << 20

var errGone = errors.New("the server closed the connection")

// connection is the two connections to the server. It uses system calls alone: cells may change every variable of os.
type connection struct {
	interrupts int
	unread     []byte
}

func connect(address, token string) (*connection, error) {
	frames, err := dial(address, token, "frames")
	if err != nil {
		return nil, err
	}
	interrupts, err := dial(address, token, "interrupt")
	if err != nil {
		return nil, err
	}
	if interrupts, err = moveAbove(interrupts); err != nil {
		return nil, err
	}
	if frames != framesFD {
		if err := syscall.Dup3(frames, framesFD, syscall.O_CLOEXEC); err != nil {
			return nil, err
		}
		syscall.Close(frames)
	}
	return &connection{interrupts: interrupts}, nil
}

func dial(address, token, role string) (int, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: address}); err != nil {
		return 0, fmt.Errorf("connect to %s: %w", address, err)
	}
	hello, err := encode(helloFrame{Type: "hello", Role: role, Token: token})
	if err != nil {
		return 0, err
	}
	return fd, writeAll(fd, hello)
}

func moveAbove(fd int) (int, error) {
	moved, err := duplicateAbove(fd)
	if err == nil {
		syscall.Close(fd)
	}
	return moved, err
}

func duplicateAbove(fd int) (int, error) {
	moved, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, aboveUserFDs)
	if errno != 0 {
		return 0, errno
	}
	return int(moved), nil
}

// receiveLine is the next line without its end; errGone where there is none.
func (c *connection) receiveLine() ([]byte, error) {
	buffer := make([]byte, 64<<10)
	line, scanned := c.unread, 0
	for {
		if at := bytes.IndexByte(line[scanned:], '\n'); at >= 0 {
			end := scanned + at
			c.unread = line[end+1:]
			return line[:end], nil
		}
		if len(line) > maxLineBytes {
			return nil, errGone
		}
		scanned = len(line)
		n, err := syscall.Read(framesFD, buffer)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return nil, errGone
		}
		line = append(line, buffer[:n]...)
	}
}

// receiveInterrupt is the low byte of the count of the cell that is to be interrupted.
func (c *connection) receiveInterrupt() (byte, error) {
	var one [1]byte
	for {
		n, err := syscall.Read(c.interrupts, one[:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return 0, errGone
		}
		return one[0], nil
	}
}

func (c *connection) send(frame any) error {
	line, err := encode(frame)
	if err != nil {
		return err
	}
	return writeAll(framesFD, line)
}

func writeAll(fd int, data []byte) error {
	for len(data) > 0 {
		n, err := syscall.Write(fd, data)
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN: // user code, or a child that shares the file, made it non-blocking
			if err := syscall.SetNonblock(fd, false); err != nil {
				return err
			}
		case err != nil:
			return err
		default:
			data = data[n:]
		}
	}
	return nil
}
