package main

import (
	"fmt"
	"path"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// stackFrame is one call as the reader of a cell knows it.
type stackFrame struct {
	function string
	file     string
	line     int
	skipped  int // it stands for so many calls that were not looked at
}

const (
	// maxFrames at each end of a deep recursion are shown.
	maxFrames = 25
	// maxDepth of a stack is looked at.
	maxDepth = 1 << 21
)

var (
	cellFile = regexp.MustCompile(`^cell-(\d+)\.go$`)
	// What tells the versions of a name apart: U+00B7, or U+A78F for a compiler that accepts only letters.
	versions = regexp.MustCompile(`[\x{b7}\x{a78f}]\d+`)
	topLevel = regexp.MustCompile(`^main\.Run__(\d+)`)
)

// callers is the stack of the calling goroutine, innermost first, without the guest's own frames and the runtime's.
func callers() []stackFrame {
	pcs := make([]uintptr, 256)
	count := runtime.Callers(2, pcs)
	for count == len(pcs) && count < maxDepth {
		pcs = make([]uintptr, 4*len(pcs))
		count = runtime.Callers(2, pcs)
	}
	pcs = pcs[:count]
	const ends = 4 * maxFrames
	if len(pcs) <= 2*ends {
		return symbolize(pcs)
	}
	frames := append(symbolize(pcs[:ends]), stackFrame{skipped: len(pcs) - 2*ends})
	return append(frames, symbolize(pcs[len(pcs)-ends:])...)
}

func symbolize(pcs []uintptr) []stackFrame {
	var found []stackFrame
	frames := runtime.CallersFrames(pcs)
	for {
		frame, more := frames.Next()
		if shown, ok := newStackFrame(frame.Function, frame.File, frame.Line); ok {
			found = append(found, shown)
		}
		if !more {
			return found
		}
	}
}

// newStackFrame names a call as its author did; false for one that is not shown.
func newStackFrame(function, file string, line int) (stackFrame, bool) {
	for _, hidden := range []string{"main.", "sandcell/", "runtime.", "panic"} {
		if strings.HasPrefix(function, hidden) {
			return stackFrame{}, false
		}
	}
	file = shortPath(file)
	if own, ok := strings.CutPrefix(function, "repl."); ok {
		if !cellFile.MatchString(file) {
			return stackFrame{}, false // written by the session
		}
		function = "main." + own
	}
	function = versions.ReplaceAllString(function, "")
	function = topLevel.ReplaceAllString(function, "cell $1")
	return stackFrame{function: function, file: file, line: line}, function != ""
}

// shortPath leaves out the folders of this machine: "cell-3.go", "strings/strings.go".
func shortPath(file string) string {
	if base := path.Base(file); cellFile.MatchString(base) {
		return base
	}
	for _, root := range []string{"/pkg/mod/", "/src/"} {
		if _, inside, ok := strings.Cut(file, root); ok {
			return inside
		}
	}
	if path.IsAbs(file) {
		return path.Base(file)
	}
	return file
}

func (f stackFrame) isOf(count int) bool {
	return f.file == "cell-"+strconv.Itoa(count)+".go"
}

// lines are two, as Go prints them; the top level of a cell is no function.
func (f stackFrame) lines() []string {
	function := f.function
	if !strings.HasPrefix(function, "cell ") {
		function += "(...)"
	}
	return []string{function, fmt.Sprintf("\t%s:%d", f.file, f.line)}
}

func traceLines(frames []stackFrame) []string {
	lines := []string{}
	from, to := maxFrames, len(frames)-maxFrames
	leftOut := 0
	for index, frame := range frames {
		switch {
		case index < from || index >= to:
			lines = append(lines, frame.lines()...)
		case frame.skipped > 0:
			leftOut += frame.skipped
		default:
			leftOut++
		}
		if index == to-1 && leftOut > 0 {
			lines = append(lines, fmt.Sprintf("[… %d calls left out …]", leftOut))
		}
	}
	return lines
}
