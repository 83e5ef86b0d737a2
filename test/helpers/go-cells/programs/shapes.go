package main

import (
	"fmt"
	"math"
)

type shape interface {
	area() float64
	perimeter() float64
}

type named struct{ name string }

func (n named) String() string { return "<" + n.name + ">" }

type circle struct {
	named
	radius float64
}

func (c circle) area() float64      { return math.Pi * c.radius * c.radius }
func (c circle) perimeter() float64 { return 2 * math.Pi * c.radius }

type rectangle struct {
	named
	width, height float64
}

func (r *rectangle) area() float64      { return r.width * r.height }
func (r *rectangle) perimeter() float64 { return 2 * (r.width + r.height) }
func (r *rectangle) scale(by float64)   { r.width, r.height = r.width*by, r.height*by }

type square struct{ rectangle }

func newSquare(side float64) *square { return &square{rectangle{named{"square"}, side, side}} }

func describe(s shape) string {
	kind := "?"
	switch v := s.(type) {
	case circle:
		kind = fmt.Sprint("circle of radius ", v.radius)
	case *rectangle:
		kind = fmt.Sprintf("rectangle %gx%g", v.width, v.height)
	case interface{ scale(float64) }:
		kind = "something to scale"
	}
	return fmt.Sprintf("%v: %s, %.2f, %.2f", s, kind, s.area(), s.perimeter())
}

func main() {
	shapes := []shape{circle{named{"c"}, 1.5}, &rectangle{named{"r"}, 2, 3}}
	shapes = append(shapes, newSquare(4))
	// ---
	for _, s := range shapes {
		fmt.Println(describe(s))
	}
	// ---
	total := 0.0
	for _, s := range shapes {
		if scaled, ok := s.(interface{ scale(float64) }); ok {
			scaled.scale(0.5)
		}
		total += s.area()
	}
	fmt.Printf("%.3f\n", total)
	// ---
	var nothing shape
	fmt.Println(nothing == nil, shapes[2].(*square).name)
	fmt.Printf("%T %+v\n", shapes[0], shapes[0].(circle).named)
}
