package toolchain

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// CompileError is what the compiler found in a cell that the session's own type check had let through.
type CompileError struct {
	Message      string
	Line, Column int      // of the first error, from 1; 0 where it is not in a cell
	Lines        []string // "cell-3.go:2:7: …" each
}

func (e *CompileError) Error() string { return strings.Join(e.Lines, "\n") }

var (
	position = regexp.MustCompile(`^(cell-\d+\.go):(\d+)(?::(\d+))?: (.*)$`)
	// version is what the session appends to the name of a later declaration.
	version = regexp.MustCompile(`[·ꞏ]\d+`)
	unit    = regexp.MustCompile(`\b` + UnitPath + `\.`)
)

func compileError(output string) *CompileError {
	e := &CompileError{}
	for _, line := range strings.Split(output, "\n") {
		line = unit.ReplaceAllString(version.ReplaceAllString(line, ""), "")
		if strings.TrimSpace(line) == "" {
			continue
		}
		found := position.FindStringSubmatch(line)
		if found != nil && e.Line == 0 {
			e.Message = found[4]
			e.Line, _ = strconv.Atoi(found[2])
			e.Column, _ = strconv.Atoi(found[3])
		}
		e.Lines = append(e.Lines, line)
	}
	if e.Message == "" {
		e.Message = fmt.Sprintf("the compiler failed: %s", e.Lines[0])
	}
	return e
}
