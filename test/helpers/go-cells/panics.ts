import { go, type GoSequence, panics } from './sequence.ts';

export const panicking: readonly GoSequence[] = [
  {
    title: 'tells runtime errors as Go does, with the line',
    cells: [
      {
        code: go`
          a := []int{1}
          i := 5
          var m map[string]int
          var p *struct{ X int }
          var v any = "text"
          zero := 0
        `,
      },
      { code: 'a[i]', error: panics('runtime error: index out of range [5] with length 1', 1) },
      { code: 'a[i:]', error: panics('runtime error: slice bounds out of range [5:1]', 1) },
      { code: '1 / zero', error: panics('runtime error: integer divide by zero', 1) },
      { code: 'i = 1\nm["a"] = 1', error: panics('assignment to entry in nil map', 2) },
      {
        code: 'i = 2\n\n// here\np.X = 1',
        error: panics('runtime error: invalid memory address or nil pointer dereference', 4),
      },
      { code: 'v.(int)', error: panics('interface conversion: interface {} is string, not int', 1) },
      {
        code: 'v.(error)',
        error: panics('interface conversion: string is not error: missing method Error', 1),
      },
      { code: 'make([]int, i-10)', error: panics('runtime error: makeslice: len out of range', 1) },
      { code: 'close((chan int)(nil))', error: panics('close of nil channel', 1) },
      { code: 'a, i, zero', result: '[1], 2, 0' },
    ],
  },
  {
    title: 'tells what a cell panics with, whatever its type',
    cells: [
      {
        code: go`
          import (
            "errors"
            "fmt"
          )
          type Code int
          type Failure struct{ N int }
          func (f Failure) Error() string { return fmt.Sprint("failure ", f.N) }
          type Named string
          func (n Named) String() string { return "named " + string(n) }
        `,
      },
      { code: 'panic("a string")', error: panics('a string', 1) },
      { code: 'panic(errors.New("an error"))', error: panics('an error', 1) },
      { code: 'panic(fmt.Errorf("wrapped: %w", Failure{3}))', error: panics('wrapped: failure 3', 1) },
      { code: 'panic(Failure{4})', error: panics('failure 4', 1) },
      { code: 'panic(42)', error: panics('42', 1) },
      { code: 'panic(Code(7))', error: panics('main.Code(7)', 1) },
      { code: 'panic(Named("x"))', error: panics('named x', 1) },
      { code: 'panic(nil)', error: panics(/^panic called with nil argument/, 1) },
    ],
  },
  {
    title: 'traces a panic through the functions of the cell',
    cells: [
      {
        code: go`
          func inner(n int) int {
            list := []int{}
            return list[n]
          }

          func outer() int {
            return inner(3) + 1
          }

          outer()
        `,
        error: panics('runtime error: index out of range [3] with length 0', 3, [
          'main.inner',
          'cell-1.go:3',
          'main.outer',
          'cell-1.go:7',
          'cell-1.go:10',
        ]),
      },
      {
        code: 'x := 1\nouter()',
        error: panics('runtime error: index out of range [3] with length 0', 2, [
          'cell-1.go:3',
          'cell-1.go:7',
          'cell-2.go:2',
        ]),
      },
    ],
  },
  {
    title: 'traces a panic in a method, a closure and the library',
    cells: [
      {
        code: go`
          import "strings"
          type Cart struct{ items map[string]int }
          func (c *Cart) Add(item string) {
            c.items[item]++
          }
          repeat := func(n int) string {
            return strings.Repeat("ab", n)
          }
        `,
      },
      {
        code: 'var cart Cart\n\ncart.Add("a")',
        error: panics('assignment to entry in nil map', 3, ['(*Cart).Add', 'cell-1.go:4', 'cell-2.go:3']),
      },
      {
        code: 'repeat(1)\nrepeat(-1)',
        error: panics('strings: negative Repeat count', 2, ['cell-1.go:7', 'cell-3.go:2']),
      },
      {
        code: 'func() {\n  panic("in a literal")\n}()',
        error: panics('in a literal', 2, ['cell-4.go:2', 'cell-4.go:3']),
      },
      {
        code: 'cart.items = map[string]int{}\ncart.Add("b")\ncart.items, repeat(2)',
        result: 'map[b:1], abab',
      },
    ],
  },
  {
    title: 'runs deferred calls while it panics, and tells the last panic',
    cells: [
      { code: 'import "fmt"\nfunc f() { defer fmt.Print("deferred "); panic("first") }' },
      { code: 'f()', stdout: 'deferred ', error: panics('first', 1, ['cell-1.go:2']) },
      {
        code: 'defer fmt.Print("at the end")\nf()',
        stdout: 'deferred at the end',
        error: panics('first', 2),
      },
      { code: 'func g() (n int) { defer func() { recover(); n = 9 }(); panic("gone") }\ng()', result: '9' },
      {
        code: go`
          func again() {
            defer func() { panic(fmt.Sprint("again ", recover())) }()
            panic("once")
          }
          again()
        `,
        error: panics('again once', 2),
      },
    ],
  },
  {
    title: 'keeps a panic that is recovered as a value',
    cells: [
      {
        code: go`
          import "runtime"
          var caught any
          func try(f func()) { defer func() { caught = recover() }(); f() }
        `,
      },
      {
        code: go`
          try(func() { var s []int; _ = s[len(s)] })
          _, is := caught.(runtime.Error)
          is, caught
        `,
        result: 'true, runtime error: index out of range [0] with length 0',
      },
      { code: 'try(func() { panic(struct{ A, B int }{1, 2}) })\ncaught', result: '{A:1 B:2}' },
      { code: 'try(func() {})\ncaught', result: '<nil>' },
    ],
  },
];
