package session

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

// cell is the text that was given, and its way back from an offset to a line and a column.
type cell struct {
	count int
	text  string
	lines []int // the offset at which each line begins
}

const byteOrderMark = "\ufeff"

// readCell takes the text as editors show it: without a byte order mark and with plain line ends.
func readCell(count int, code string) (*cell, *CompileError) {
	text := strings.TrimPrefix(code, byteOrderMark)
	text = strings.ReplaceAll(text, "\r\n", "\n")
	c := &cell{count: count, text: text, lines: []int{0}}
	for at := 0; ; {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
		c.lines = append(c.lines, at)
	}
	if at := invalidUTF8(text); at >= 0 {
		return nil, c.failure(SyntaxError, problem{offset: at, message: "the cell is not valid UTF-8"})
	}
	return c, nil
}

func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	return len(bytes.ToValidUTF8([]byte(text[:firstInvalid(text)]), nil))
}

func firstInvalid(text string) int {
	for at, char := range text {
		if char == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[at:]); size == 1 {
				return at
			}
		}
	}
	return len(text)
}

// position counts lines and characters from 1. An offset outside the cell is moved to its nearest end.
func (c *cell) position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(c.text))
	line = sort.SearchInts(c.lines, offset+1)
	return line, 1 + utf8.RuneCountInString(c.text[c.lines[line-1]:offset])
}

// directive is the comment that tells the compiler where in the cell the next line comes from.
func (c *cell) directive(offset int) string {
	line := sort.SearchInts(c.lines, offset+1)
	return lineDirective(c.count, line, 1+offset-c.lines[line-1])
}
