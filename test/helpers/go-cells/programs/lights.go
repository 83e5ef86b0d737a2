package main

import "fmt"

type state int

const (
	red state = iota
	green
	yellow
	states = iota
)

const (
	slow = 1 << (iota + 1)
	_
	fast
)

var names = [...]string{red: "red", green: "green", yellow: "yellow"}

var history = []state{}

func init() { history = append(history, yellow) }

func (s state) String() string { return names[s] }

func (s state) next() state { return (s + 1) % states }

func (s state) wait() int {
	switch s {
	case red, green:
		return fast
	}
	return slow
}

type light struct {
	state
	ticks int
}

func (l *light) tick() bool {
	if l.ticks++; l.ticks < l.wait() {
		return false
	}
	l.ticks = 0
	l.state = l.next()
	history = append(history, l.state)
	return true
}

func main() {
	l := &light{}
	fmt.Println(l.state, slow, fast, states, history)
	// ---
	changes := 0
	for range 30 {
		if l.tick() {
			changes++
		}
	}
	fmt.Println(changes, l.state, l.ticks)
	// ---
	counts := map[state]int{}
	for _, s := range history {
		counts[s]++
	}
	fmt.Println(counts, history)
	fmt.Printf("%v %d %s %+v\n", *l, l.state, yellow.next(), counts[red])
}
