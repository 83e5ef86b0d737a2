package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type result struct{ worker, job, value int }

func produce(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range n {
			out <- i
		}
	}()
	return out
}

func collatz(n int) (steps int) {
	for ; n > 1; steps++ {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
	}
	return
}

func main() {
	var busy sync.WaitGroup
	var done atomic.Int32
	results := make(chan result, 4)
	jobs := produce(200)
	// ---
	for worker := range 3 {
		busy.Add(1)
		go func() {
			defer busy.Done()
			for job := range jobs {
				results <- result{worker, job, collatz(job)}
				done.Add(1)
			}
		}()
	}
	// ---
	go func() {
		busy.Wait()
		close(results)
	}()
	best, sum := result{}, 0
	for r := range results {
		sum += r.value
		if r.value > best.value || r.value == best.value && r.job < best.job {
			best = r
		}
	}
	// ---
	fmt.Println(done.Load(), sum, best.job, best.value)
	// ---
	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
}
