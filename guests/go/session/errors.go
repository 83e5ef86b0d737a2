package session

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// The kinds of a CompileError.
const (
	SyntaxError       = "SyntaxError"
	TypeError         = "CompileError"
	UnavailableImport = "ImportError"
)

// CompileError says what is wrong with a cell. Line and Column are those of the first problem.
type CompileError struct {
	Kind, Message string
	Line, Column  int
	Lines         []string // "cell-3.go:2:7: undefined: x" each
}

func (e *CompileError) Error() string { return strings.Join(e.Lines, "\n") }

// problem is one thing that is wrong, at an offset in the cell. A message that begins with a tab goes on with the one before it.
type problem struct {
	kind    string // "" for that of the stage that found it
	offset  int
	message string
}

// More are of no use to a reader, and a broken cell of 10 000 lines can have as many.
const maxProblems = 50

func (c *cell) failure(kind string, problems ...problem) *CompileError {
	problems = inOrder(problems)
	failure := &CompileError{Kind: kind, Message: problems[0].message}
	if problems[0].kind != "" {
		failure.Kind = problems[0].kind
	}
	failure.Line, failure.Column = c.position(problems[0].offset)
	for i, p := range problems {
		if i == maxProblems {
			failure.Lines = append(failure.Lines, fmt.Sprintf("%d more", len(problems)-i))
			break
		}
		line, column := c.position(p.offset)
		place := fmt.Sprintf("%s:%d:%d: ", fileName(c.count), line, column)
		if detail, ok := strings.CutPrefix(p.message, "\t"); ok {
			place, p.message = "\t"+place, detail
		}
		failure.Lines = append(failure.Lines, place+p.message)
	}
	return failure
}

// inOrder sorts by position, keeps what belongs together, and drops what is said twice.
func inOrder(problems []problem) []problem {
	var groups [][]problem
	seen := map[int]bool{} // of two at one place the second follows from the first
	keep := false
	for _, p := range problems {
		switch {
		case !strings.HasPrefix(p.message, "\t"):
			if keep = !seen[p.offset]; keep {
				seen[p.offset] = true
				groups = append(groups, []problem{p})
			}
		case keep && len(groups) > 0:
			groups[len(groups)-1] = append(groups[len(groups)-1], p)
		}
	}
	sort.SliceStable(groups, func(i, j int) bool { return groups[i][0].offset < groups[j][0].offset })
	sorted := problems[:0:0]
	for _, group := range groups {
		sorted = append(sorted, group...)
	}
	return sorted
}

func fileName(count int) string { return fmt.Sprintf("cell-%d.go", count) }

func lineDirective(count, line, column int) string {
	return fmt.Sprintf("//line %s:%d:%d\n", fileName(count), line, column)
}

var (
	uninferred = regexp.MustCompile(`^in call to collect` + letter + `, cannot infer .*`)
	inArgument = regexp.MustCompile(` in argument to [a-z]+` + letter)
	version    = regexp.MustCompile(`([\pL_][\pL\pN_]*?)` + letter + `(?:own|p?[0-9]+)`)
)

// readable takes the names that only this package knows out of a message. Outdated tells which versioned names stand
// for a type that has been declared anew.
func readable(message string, outdated func(name string) bool) string {
	message = uninferred.ReplaceAllString(message, "cannot use a generic function without instantiation")
	message = inArgument.ReplaceAllString(message, "")
	return version.ReplaceAllStringFunc(message, func(name string) string {
		plain, _, _ := strings.Cut(name, letter)
		if outdated(name) {
			return "earlier " + plain
		}
		return plain
	})
}
