package main

import (
	"fmt"
	"strconv"
	"strings"
)

type parser struct {
	text  string
	at    int
	names map[string]float64
}

type syntaxError struct {
	at   int
	want string
}

func (e syntaxError) Error() string { return fmt.Sprintf("at %d: expected %s", e.at, e.want) }

func (p *parser) peek() byte {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) sum() float64 {
	value := p.product()
	for c := p.peek(); c == '+' || c == '-'; c = p.peek() {
		p.at++
		if right := p.product(); c == '+' {
			value += right
		} else {
			value -= right
		}
	}
	return value
}

func (p *parser) product() float64 {
	value := p.atom()
	for c := p.peek(); c == '*' || c == '/'; c = p.peek() {
		p.at++
		if right := p.atom(); c == '*' {
			value *= right
		} else {
			value /= right
		}
	}
	return value
}

func (p *parser) atom() float64 {
	switch c := p.peek(); {
	case c == '(':
		p.at++
		value := p.sum()
		if p.peek() != ')' {
			panic(syntaxError{p.at, ")"})
		}
		p.at++
		return value
	case c == '-':
		p.at++
		return -p.atom()
	}
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune(" +-*/()", rune(p.text[p.at])) {
		p.at++
	}
	word := p.text[start:p.at]
	if value, ok := p.names[word]; ok {
		return value
	}
	value, err := strconv.ParseFloat(word, 64)
	if err != nil {
		panic(syntaxError{start, "a number"})
	}
	return value
}

func evaluate(text string, names map[string]float64) (value float64, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case syntaxError:
			err = r
		default:
			panic(r)
		}
	}()
	p := &parser{text: text, names: names}
	value = p.sum()
	if p.peek() != 0 {
		return 0, syntaxError{p.at, "the end"}
	}
	return
}

func main() {
	names := map[string]float64{"x": 3}
	show := func(text string) {
		value, err := evaluate(text, names)
		if err != nil {
			fmt.Printf("%s -> error: %v\n", text, err)
			return
		}
		fmt.Printf("%s -> %g\n", text, value)
	}
	// ---
	show("1 + 2 * 3")
	show("(1 + 2) * -3 / 4")
	// ---
	names["y"] = 0.5
	show("x * (y - 2)")
	show("1 / 0")
	// ---
	for _, wrong := range []string{"(1 + 2", "1 + z", "1 2", ""} {
		show(wrong)
	}
}
