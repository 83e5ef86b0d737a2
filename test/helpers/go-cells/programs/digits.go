package main

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"time"
)

type temperature float64

func (t temperature) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, "%.1f°%c", float64(t), verb)
}

func fibonacci(n int) *big.Int {
	a, b := big.NewInt(0), big.NewInt(1)
	for range n {
		a.Add(a, b)
		a, b = b, a
	}
	return a
}

func main() {
	fmt.Println(fibonacci(100), fibonacci(10).Cmp(big.NewInt(55)))
	fmt.Printf("%d|%6.2f|%-8s|%+d|%#x|%08b|%q|%v\n", 42, math.Pi, "left", 7, 255, 5, "q", []float64{1, 0.5})
	// ---
	var small uint8 = 250
	small += 10
	overflow := int64(math.MaxInt64)
	overflow++
	fmt.Println(small, overflow, -7/2, -7%3, 7>>1, 1<<10, 6&^2)
	// ---
	inf := math.Inf(1)
	nan := inf - inf
	fmt.Println(inf, nan, nan == nan, math.Sqrt(2), float32(0.1), 1e21, 1e20)
	// ---
	fmt.Printf("%C %v %X\n", temperature(21.55), complex(1, -2), "hi")
	fmt.Println(bits.OnesCount(255), strconv.Quote("tab\t"), strconv.FormatInt(-255, 2))
	// ---
	d := 90*time.Minute + 30*time.Second
	day := time.Date(2023, 12, 31, 12, 0, 0, 0, time.UTC)
	fmt.Println(d, d.Hours(), day.AddDate(0, 2, 0).Format("2006-01-02 Mon"), day.YearDay())
}
