package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestFramesHaveTheNamesOfTheirAuthors(t *testing.T) {
	for function, want := range map[string]string{
		"repl.f":                         "main.f",
		"repl.f\u00b72":                  "main.f",
		"repl.f\ua78f12.func1":           "main.f.func1",
		"repl.(*P\u00b73).String\u00b72": "main.(*P).String",
		"repl.Run__3":                    "cell 3",
		"repl.Run__3.func2.1":            "cell 3.func2.1",
		"repl.Map[...]":                  "main.Map[...]",
		"strings.Repeat":                 "strings.Repeat",
	} {
		frame, shown := newStackFrame(function, "/scratch/cell-3.go", 7)
		if !shown || frame.function != want || frame.file != "cell-3.go" {
			t.Errorf("%s is shown as %+v, %v; want %s", function, frame, shown, want)
		}
	}
	for _, function := range []string{"main.(*cellRun).start", "sandcell/cell.Check", "runtime.gopanic", "panic", ""} {
		if frame, shown := newStackFrame(function, "file.go", 1); shown {
			t.Errorf("%q is shown as %+v", function, frame)
		}
	}
}

func TestPathsHaveNoFoldersOfTheMachine(t *testing.T) {
	for file, want := range map[string]string{
		"/usr/local/go/src/strings/strings.go":      "strings/strings.go",
		"$GOROOT/src/time/sleep.go":                 "time/sleep.go",
		"/home/me/go/pkg/mod/example.com/m@v1/m.go": "example.com/m@v1/m.go",
		"/somewhere/else/file.go":                   "file.go",
		"cell-12.go":                                "cell-12.go",
	} {
		if got := shortPath(file); got != want {
			t.Errorf("%s is shown as %s; want %s", file, got, want)
		}
	}
}

func TestAStackOfTheRuntimeIsRead(t *testing.T) {
	stack := parseStack("chan receive, 2 minutes, locked to thread]:\n" +
		"runtime.gopark(0x1?)\n\t/usr/local/go/src/runtime/proc.go:1 +0x1\n" +
		"repl.f\u00b72(...)\n\t/scratch/cell-3.go:7\n" +
		"repl.Run__4(0xc000, 0x1)\n\tcell-4.go:2 +0x1d\n" +
		"main.(*cellRun).start(0x1)\n\t/guest/cell_run.go:81 +0xd4\n" +
		"created by main.(*kernel).runCell in goroutine 1\n\t/guest/cell_run.go:42 +0x27f")
	want := []stackFrame{{function: "main.f", file: "cell-3.go", line: 7}, {function: "cell 4", file: "cell-4.go", line: 2}}
	if stack.state != "chan receive" || !reflect.DeepEqual(stack.frames, want) || !stack.blocked() {
		t.Errorf("read as %+v", stack)
	}
}

func TestADeepRecursionIsShownFromBothEnds(t *testing.T) {
	frames := []stackFrame{}
	for range 100 {
		frames = append(frames, stackFrame{function: "main.f", file: "cell-1.go", line: 2})
	}
	frames[50] = stackFrame{skipped: 1000}
	lines := traceLines(frames)
	if len(lines) != 4*maxFrames+1 || lines[2*maxFrames] != "[… 1049 calls left out …]" {
		t.Errorf("shown as %s", strings.Join(lines, "\n"))
	}
	if short := traceLines(frames[:3]); len(short) != 6 {
		t.Errorf("shown as %q", short)
	}
}

func TestAGoroutineIsFoundAmongAll(t *testing.T) {
	ids, end := make(chan goroutineID), make(chan int)
	go func() { ids <- currentGoroutine(); <-end }()
	id := <-ids
	defer close(end)
	// It may still be on its way from one channel to the other.
	for !inspect(id).blocked() {
	}
	if state := inspect(id).state; state != "chan receive" {
		t.Errorf("its state is %q", state)
	}
	if state := inspect("none").state; state != "" {
		t.Errorf("the state of none is %q", state)
	}
}
