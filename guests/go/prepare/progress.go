package main

import "fmt"

// progress tells people which of the steps is being done.
type progress struct{ step, steps int }

func (p *progress) next(what string) {
	p.step++
	fmt.Printf("%s (%d of %d)\n", what, p.step, p.steps)
}
