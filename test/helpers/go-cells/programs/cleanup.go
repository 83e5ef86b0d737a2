package main

import (
	"errors"
	"fmt"
)

var log []string

func trace(s string) func() {
	log = append(log, "+"+s)
	return func() { log = append(log, "-"+s) }
}

func step(n int) (result int, err error) {
	defer trace(fmt.Sprint("step", n))()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("step %d: %v", n, r)
		}
	}()
	list := []int{10, 20}
	result = 100 / list[n]
	if n == 1 {
		result *= -1
	}
	return result / (n - 1), nil
}

func all(tasks ...func() error) (err error) {
	for _, task := range tasks {
		defer func() { err = errors.Join(err, task()) }()
	}
	return nil
}

func counter() (increment func() int, reset func()) {
	n := 0
	return func() int { n++; return n }, func() { n = 0 }
}

func main() {
	for n := range 3 {
		result, err := step(n)
		fmt.Println(result, err)
	}
	// ---
	fmt.Println(len(log), log)
	increment, reset := counter()
	increment()
	// ---
	fmt.Println(increment(), increment())
	reset()
	fmt.Println(increment())
	// ---
	err := all(
		func() error { return errors.New("first") },
		func() error { return nil },
		func() error { return fmt.Errorf("third after %d", increment()) },
	)
	fmt.Println(err)
	// ---
	var list []func() int
	for i := range 3 {
		defer func() { log = append(log, "done") }()
		list = append(list, func() int { i *= i; return i })
	}
	fmt.Println(list[2](), list[2](), list[1]())
}
