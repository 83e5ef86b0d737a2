package main

import (
	"fmt"
	"iter"
	"slices"
)

type node struct {
	left, right *node
	key         int
}

func (n *node) insert(key int) *node {
	if n == nil {
		return &node{key: key}
	}
	if key < n.key {
		n.left = n.left.insert(key)
	} else {
		n.right = n.right.insert(key)
	}
	return n
}

func (n *node) all() iter.Seq[int] {
	return func(yield func(int) bool) { n.push(yield) }
}

func (n *node) push(yield func(int) bool) bool {
	return n == nil || n.left.push(yield) && yield(n.key) && n.right.push(yield)
}

func where[T any](items iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for item := range items {
			if keep(item) && !yield(item) {
				return
			}
		}
	}
}

func numbered[T any](items iter.Seq[T]) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		n := 0
		for item := range items {
			if !yield(n, item) {
				return
			}
			n++
		}
	}
}

func main() {
	var root *node
	for _, key := range []int{50, 20, 70, 10, 30, 60, 80} {
		root = root.insert(key)
	}
	// ---
	fmt.Println(slices.Collect(root.all()))
	for key := range root.all() {
		if key > 30 {
			break
		}
		fmt.Print(key, " ")
	}
	fmt.Println()
	// ---
	large := where(root.all(), func(key int) bool { return key >= 30 })
	for n, key := range numbered(large) {
		fmt.Print(n, "=", key, " ")
	}
	fmt.Println()
	// ---
	root.insert(35)
	next, stop := iter.Pull(large)
	first, _ := next()
	second, ok := next()
	// ---
	stop()
	_, more := next()
	fmt.Println(first, second, ok, more)
}
