package main

import "fmt"

func generate(ch chan<- int, stop <-chan struct{}) {
	for i := 2; ; i++ {
		select {
		case ch <- i:
		case <-stop:
			return
		}
	}
}

func filter(in <-chan int, out chan<- int, prime int, stop <-chan struct{}) {
	for {
		select {
		case i := <-in:
			if i%prime == 0 {
				continue
			}
			select {
			case out <- i:
			case <-stop:
				return
			}
		case <-stop:
			return
		}
	}
}

func main() {
	stop := make(chan struct{})
	ch := make(chan int)
	go generate(ch, stop)
	// ---
	primes := []int{}
	for range 10 {
		prime := <-ch
		primes = append(primes, prime)
		next := make(chan int)
		go filter(ch, next, prime, stop)
		ch = next
	}
	fmt.Println(primes)
	// ---
	for range 5 {
		prime := <-ch
		primes = append(primes, prime)
		next := make(chan int)
		go filter(ch, next, prime, stop)
		ch = next
	}
	close(stop)
	// ---
	sum := 0
	for _, prime := range primes {
		sum += prime
	}
	fmt.Println(len(primes), sum, primes[len(primes)-1])
}
