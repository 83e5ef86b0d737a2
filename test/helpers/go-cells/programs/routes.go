package main

import (
	"container/heap"
	"fmt"
	"strings"
)

type edge struct {
	to   string
	cost int
}

type graph map[string][]edge

func (g graph) connect(a, b string, cost int) {
	g[a] = append(g[a], edge{b, cost})
	g[b] = append(g[b], edge{a, cost})
}

type stop struct {
	edge
	path []string
}

type queue []stop

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].cost != q[j].cost {
		return q[i].cost < q[j].cost
	}
	return q[i].to < q[j].to
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(stop)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func (g graph) route(from, to string) (stop, bool) {
	todo := &queue{{edge{from, 0}, []string{from}}}
	seen := map[string]bool{}
	for todo.Len() > 0 {
		here := heap.Pop(todo).(stop)
		if here.to == to {
			return here, true
		}
		if seen[here.to] {
			continue
		}
		seen[here.to] = true
		for _, e := range g[here.to] {
			path := append(append([]string{}, here.path...), e.to)
			heap.Push(todo, stop{edge{e.to, here.cost + e.cost}, path})
		}
	}
	return stop{}, false
}

func main() {
	g := graph{}
	g.connect("A", "B", 4)
	g.connect("A", "C", 1)
	g.connect("C", "B", 2)
	g.connect("B", "D", 5)
	// ---
	best, found := g.route("A", "D")
	fmt.Println(best.cost, strings.Join(best.path, ">"), found)
	// ---
	g.connect("C", "D", 3)
	best, found = g.route("A", "D")
	fmt.Println(best.cost, strings.Join(best.path, ">"), found)
	// ---
	_, found = g.route("A", "Z")
	fmt.Println(found, len(g), g["A"])
}
