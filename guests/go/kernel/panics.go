package main

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// maxMessageBytes of a panic's value are shown.
const maxMessageBytes = 16 << 10

// newFailure places an error: its line is that of the innermost call in this cell.
func newFailure(name, message string, frames []stackFrame, count int) *failure {
	f := &failure{Name: name, Message: shorten(message), Traceback: []string{}}
	first := f.Message
	if name == "panic" {
		first = "panic: " + first
	}
	f.Traceback = append(append(f.Traceback, first), traceLines(frames)...)
	for _, frame := range frames {
		if frame.isOf(count) {
			f.Line = position(frame.line)
			break
		}
	}
	return f
}

func (f *failure) text() string {
	return strings.Join(f.Traceback, "\n") + "\n"
}

// panicText is what Go prints after "panic: ".
func panicText(value any) string {
	switch value.(type) {
	case error, fmt.Stringer, string:
		return plainNames(fmt.Sprint(value))
	}
	kind := reflect.TypeOf(value).Kind()
	isPlain := kind <= reflect.Complex128 || kind == reflect.String
	switch {
	case isPlain && reflect.TypeOf(value).PkgPath() == "":
		return fmt.Sprint(value)
	case kind == reflect.String:
		return plainNames(fmt.Sprintf("%T(%q)", value, value))
	case isPlain:
		return plainNames(fmt.Sprintf("%T(%v)", value, value))
	}
	text, _ := render([]any{value})
	return plainNames(fmt.Sprintf("(%T) %s", value, text))
}

// plainNames takes out what tells the versions of a type apart.
func plainNames(text string) string {
	if !strings.ContainsRune(text, '\ua78f') {
		return text
	}
	return versions.ReplaceAllString(text, "")
}

func shorten(message string) string {
	if len(message) <= maxMessageBytes {
		return message
	}
	end := maxMessageBytes
	for end > 0 && !utf8.RuneStart(message[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes more)", message[:end], len(message)-end)
}
