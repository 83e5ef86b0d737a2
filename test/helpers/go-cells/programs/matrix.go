package main

import (
	"fmt"
	"strings"
)

type number interface {
	~int | ~int64 | ~float64
}

type matrix[T number] struct {
	rows, columns int
	cells         []T
}

func newMatrix[T number](columns int, cells ...T) matrix[T] {
	return matrix[T]{len(cells) / columns, columns, cells}
}

func (m matrix[T]) at(r, c int) T { return m.cells[r*m.columns+c] }

func (m matrix[T]) times(o matrix[T]) (matrix[T], error) {
	if m.columns != o.rows {
		return matrix[T]{}, fmt.Errorf("%dx%d does not fit %dx%d", m.rows, m.columns, o.rows, o.columns)
	}
	out := matrix[T]{m.rows, o.columns, make([]T, m.rows*o.columns)}
	for r := range m.rows {
		for c := range o.columns {
			for k := range m.columns {
				out.cells[r*o.columns+c] += m.at(r, k) * o.at(k, c)
			}
		}
	}
	return out, nil
}

func (m matrix[T]) String() string {
	var b strings.Builder
	for r := range m.rows {
		fmt.Fprintln(&b, m.cells[r*m.columns:(r+1)*m.columns])
	}
	return b.String()
}

func transform[T, U number](m matrix[T], f func(T) U) matrix[U] {
	out := matrix[U]{m.rows, m.columns, nil}
	for _, cell := range m.cells {
		out.cells = append(out.cells, f(cell))
	}
	return out
}

func main() {
	a := newMatrix(2, 1, 2, 3, 4)
	b := newMatrix(2, 0, 1, 1, 0)
	fmt.Print(a)
	// ---
	c, err := a.times(b)
	fmt.Print(c, err, "\n")
	// ---
	_, err = a.times(newMatrix(3, 1, 2, 3))
	fmt.Println(err)
	// ---
	halves := transform(a, func(n int) float64 { return float64(n) / 2 })
	fmt.Printf("%v%T\n", halves, halves.at(0, 0))
	type id int64
	fmt.Println(newMatrix(1, id(7)).at(0, 0))
}
