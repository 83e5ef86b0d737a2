package main

import (
	"fmt"
	"strings"
)

const size = 6

type grid [size][size]bool

type point struct{ x, y int }

func (g *grid) set(points ...point) {
	for _, p := range points {
		g[p.y][p.x] = true
	}
}

func (g grid) around(x, y int) (n int) {
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if (dx != 0 || dy != 0) && g[(y+dy+size)%size][(x+dx+size)%size] {
				n++
			}
		}
	}
	return
}

func (g grid) next() (out grid) {
	for y, row := range g {
		for x, alive := range row {
			n := g.around(x, y)
			out[y][x] = n == 3 || alive && n == 2
		}
	}
	return
}

func (g grid) String() string {
	var b strings.Builder
	for _, row := range g {
		for _, alive := range row {
			b.WriteByte(map[bool]byte{true: '#', false: '.'}[alive])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func main() {
	var world grid
	world.set(point{1, 0}, point{2, 1}, point{0, 2}, point{1, 2}, point{2, 2})
	fmt.Println(world)
	// ---
	start := world
	generation := 0
	for ; generation < 4; generation++ {
		world = world.next()
	}
	fmt.Println(world)
	// ---
	for world != start {
		world = world.next()
		generation++
	}
	fmt.Println(generation, world == start)
	// ---
	seen := map[grid]int{}
search:
	for i := 0; ; i++ {
		switch at, ok := seen[world]; {
		case ok:
			fmt.Println("again after", i-at)
			break search
		default:
			seen[world] = i
			world = world.next()
		}
	}
}
