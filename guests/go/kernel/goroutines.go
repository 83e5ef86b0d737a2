package main

import (
	"bytes"
	"runtime"
	"strconv"
	"strings"
)

type goroutineID string

// goroutineStack is what the runtime says of one goroutine.
type goroutineStack struct {
	state  string // "chan receive", "running"; empty where the goroutine was not found
	frames []stackFrame
}

// maxStacksBytes of all goroutines' stacks are looked through.
const maxStacksBytes = 8 << 20

func currentGoroutine() goroutineID {
	var buffer [64]byte
	header := string(buffer[:runtime.Stack(buffer[:], false)])
	number, _, _ := strings.Cut(strings.TrimPrefix(header, "goroutine "), " ")
	return goroutineID(number)
}

// inspect stops the world for a moment.
func inspect(id goroutineID) goroutineStack {
	for size := 64 << 10; ; size *= 4 {
		buffer := make([]byte, size)
		all := buffer[:runtime.Stack(buffer, true)]
		header := []byte("goroutine " + string(id) + " [")
		at := bytes.Index(all, append([]byte("\n\n"), header...))
		if at >= 0 {
			text, _, whole := bytes.Cut(all[at+2:], []byte("\n\n"))
			if whole || len(all) < size || size >= maxStacksBytes {
				return parseStack(string(text[len(header):]))
			}
		}
		if len(all) < size || size >= maxStacksBytes {
			return goroutineStack{}
		}
	}
}

// parseStack reads "state, 2 minutes]:" and then pairs of lines: "function(arguments)" and "\tfile:line +0x1d".
func parseStack(text string) goroutineStack {
	lines := strings.Split(text, "\n")
	state, _, _ := strings.Cut(lines[0], "]")
	state, _, _ = strings.Cut(state, ",")
	stack := goroutineStack{state: state}
	for index := 1; index+1 < len(lines); index += 2 {
		function, place := lines[index], strings.TrimPrefix(lines[index+1], "\t")
		if strings.HasPrefix(function, "created by ") {
			break
		}
		if end := strings.LastIndexByte(function, '('); end > 0 {
			function = function[:end]
		}
		place, _, _ = strings.Cut(place, " ")
		colon := strings.LastIndexByte(place, ':')
		if colon < 0 {
			continue
		}
		line, _ := strconv.Atoi(place[colon+1:])
		if frame, ok := newStackFrame(function, place[:colon], line); ok {
			stack.frames = append(stack.frames, frame)
		}
	}
	return stack
}

// blocked is whether the goroutine waits for something that may never come.
func (s goroutineStack) blocked() bool {
	switch s.state {
	case "running", "runnable", "preempted", "copystack", "":
		return false
	}
	return true
}
