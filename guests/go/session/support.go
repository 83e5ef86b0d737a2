package session

import "strings"

// fatalFunction stands in for log.Fatal, log.Fatalf and log.Fatalln, which end the process, or for the methods of a
// Logger: then it takes the logger and returns what the method is. It is made once in a session.
func (s *Session) fatalFunction(name string, ofLogger bool) *symbol {
	made := &symbol{name: "log" + name + letter, kind: funcKind, version: 1}
	if ofLogger {
		made.name = "logger" + name + letter
	}
	if known := s.supporting[made.name]; known != nil {
		return known
	}
	s.supporting[made.name] = made
	parameters, printing := "(values ...any)", ".Sprint(values...)"
	switch name {
	case "Fatalf":
		parameters, printing = "(format string, values ...any)", ".Sprintf(format, values...)"
	case "Fatalln":
		printing = ".Sprintln(values...)"
	}
	ending := "); " + cellName + ".Exit(1) }"
	log, fmt := s.packageSymbol("log"), s.packageSymbol("fmt")
	if ofLogger {
		made.declare("func ", made, "(logger interface{ Output(int, string) error }) func", parameters,
			" { return func", parameters, " { logger.Output(2, ", fmt, printing, ending, " }")
	} else {
		made.declare("func ", made, parameters, " { ", log, ".Output(2, ", fmt, printing, ending)
	}
	return made
}

// declare makes the declaration of a function from text and the symbols that stand in it.
func (s *symbol) declare(parts ...any) {
	d := &declaration{kind: funcKind, symbols: []*symbol{s}}
	var text strings.Builder
	text.WriteString("//line support.go:1\n")
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			text.WriteString(part)
		case *symbol:
			start := text.Len()
			text.WriteString(part.name)
			d.references = append(d.references, reference{start: start, end: text.Len(), symbol: part})
		}
	}
	d.text = text.String()
	s.declaration = d
}
