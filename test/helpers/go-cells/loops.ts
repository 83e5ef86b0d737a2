import { compileError, go, type GoSequence } from './sequence.ts';

export const loops: readonly GoSequence[] = [
  {
    title: 'ranges over numbers, strings, slices, maps and channels',
    cells: [
      { code: 'import "fmt"\nfor i := range 3 { fmt.Print(i, " ") }', stdout: '0 1 2 ' },
      { code: 'n := 0\nfor range 5 { n++ }\nn', result: '5' },
      { code: 'for i, v := range []string{"a", "b"} { fmt.Print(i, v, " ") }', stdout: '0a 1b ' },
      { code: 'for i, r := range "é!" { fmt.Print(i, string(r), " ") }', stdout: '0é 2! ' },
      {
        code: 'total := 0\nfor k, v := range map[int]int{1: 10, 2: 20} { total += k * v }\ntotal',
        result: '50',
      },
      {
        code: go`
          ch := make(chan int, 2)
          ch <- 1
          ch <- 2
          close(ch)
          for v := range ch { total += v }
          total
        `,
        result: '53',
      },
      { code: 'for i := range uint8(2) { fmt.Printf("%T%d ", i, i) }', stdout: 'uint80 uint81 ' },
    ],
  },
  {
    title: 'ranges over functions, with break and return',
    cells: [
      {
        code: go`
          import (
            "fmt"
            "iter"
          )
          func count(to int) iter.Seq[int] {
            return func(yield func(int) bool) {
              defer fmt.Print("end ")
              for i := range to {
                if !yield(i) {
                  return
                }
              }
            }
          }
        `,
      },
      { code: 'for v := range count(3) { fmt.Print(v, " ") }', stdout: '0 1 2 end ' },
      {
        code: 'for v := range count(10) {\n  if v == 2 { break }\n  fmt.Print(v, " ")\n}',
        stdout: '0 1 end ',
      },
      {
        code: go`
          func find(above int) int { for v := range count(10) { if v > above { return v } }; return -1 }
          find(4)
        `,
        stdout: 'end ',
        result: '5',
      },
      {
        code: go`
          pairs := func(yield func(string, int) bool) { _ = yield("a", 1) && yield("b", 2) }
          for k, v := range pairs { fmt.Print(k, v, " ") }
        `,
        stdout: 'a1 b2 ',
      },
    ],
  },
  {
    title: 'pulls from an iterator over cells',
    cells: [
      {
        code: go`
          import (
            "iter"
            "maps"
            "slices"
          )
          next, stop := iter.Pull(slices.Values([]string{"a", "b", "c"}))
          next()
        `,
        result: 'a, true',
      },
      { code: 'next()', result: 'b, true' },
      { code: 'stop()\nnext()', result: ', false' },
      {
        code: 'slices.Sorted(maps.Keys(map[int]bool{3: true, 1: true})), slices.Collect(slices.Chunk([]int{1, 2, 3}, 2))',
        result: '[1 3], [[1 2] [3]]',
      },
    ],
  },
  {
    title: 'jumps with labels, break and continue at top level',
    cells: [
      {
        code: go`
          n := 0
          outer:
          for i := 0; i < 3; i++ {
            for {
              if i == 1 {
                continue outer
              }
              n += i
              break
            }
          }
          n
        `,
        result: '2',
      },
      {
        code: go`
          search:
          for i := range 10 {
            for j := range 10 {
              if i*j == 42 { n = i; break search }
            }
          }
          n
        `,
        result: '6',
      },
      { code: 'outer:\nfor { switch { case n > 0: break outer } }\nn', result: '6' },
    ],
  },
  {
    title: 'jumps with goto at top level',
    cells: [
      { code: 'j := 0\nagain:\nj++\nif j < 5 { goto again }\nj', result: '5' },
      { code: 'j = 0\nagain:\nj += 2\nif j < 5 { goto again }\nj', result: '6' },
      { code: 'goto nowhere', error: compileError('label nowhere not declared', 1, 6) },
    ],
  },
  {
    title: 'runs if, switch and their headers at top level',
    cells: [
      {
        code: go`
          import "fmt"
          if q := 5; q > 3 { fmt.Print("yes") } else if r := 2; r > 1 { fmt.Print("no") }
        `,
        stdout: 'yes',
      },
      { code: 'q', error: compileError('undefined: q', 1, 1) },
      {
        code: go`
          switch x := 7; {
          case x > 5:
            fmt.Print("big ")
            fallthrough
          case x > 100:
            fmt.Print("through")
          default:
            fmt.Print("small")
          }
        `,
        stdout: 'big through',
      },
      {
        code: go`
          var v any = 2.5
          switch t := v.(type) {
          case int, string:
            fmt.Print("no ", t)
          case float64:
            fmt.Print(t * 2)
          }
        `,
        stdout: '5',
      },
      { code: '{\n  inner := 1\n  fmt.Print(inner)\n}\nfunc() { fmt.Print("called") }()', stdout: '1called' },
    ],
  },
  {
    title: 'runs deferred calls at the end of the cell, the last first',
    cells: [
      {
        code: go`
          import "fmt"
          order := ""
          defer func() { order += "d1" }()
          defer func() { order += "d2" }()
          order += "body "
          order
        `,
        result: 'body ',
      },
      { code: 'order', result: 'body d2d1' },
      {
        code: 'for i := range 3 { defer fmt.Print(i, " ") }\nfmt.Print("first ")\n5',
        stdout: 'first 2 1 0 ',
        result: '5',
      },
      {
        code: 'defer func() { fmt.Print("recovered ", recover()) }()\npanic("caught")',
        stdout: 'recovered caught',
      },
      { code: 'order += "!"\norder', result: 'body d2d1!' },
    ],
  },
];
