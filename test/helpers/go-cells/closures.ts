import { go, type GoSequence } from './sequence.ts';

export const closures: readonly GoSequence[] = [
  {
    title: 'keeps closures and what they captured',
    cells: [
      { code: 'count := 0\nnext := func() int { count++; return count }\nnext()', result: '1' },
      { code: 'next()\nnext()\ncount', result: '3' },
      { code: 'count = 10\nnext()', result: '11' },
      { code: 'count := 20\nnext(), count', result: '21, 21' },
    ],
  },
  {
    title: 'gives each call of a maker its own variables',
    cells: [
      {
        code: go`
          func counter(step int) func() int {
            n := 0
            return func() int { n += step; return n }
          }
          one, ten := counter(1), counter(10)
        `,
      },
      { code: 'one()\none()\nten()', result: '10' },
      { code: 'one(), ten()', result: '3, 20' },
      {
        code: go`
          func counter(step int) func() int { return func() int { return -step } }
          one(), ten(), counter(5)()
        `,
        result: '4, 30, -5',
      },
    ],
  },
  {
    title: 'gives each turn of a loop its own variable',
    cells: [
      {
        code: go`
          var list []func() int
          for i := 0; i < 3; i++ { list = append(list, func() int { i *= 10; return i }) }
        `,
      },
      { code: 'list[0](), list[1](), list[2]()', result: '0, 10, 20' },
      { code: 'list[1](), list[2]()', result: '100, 200' },
    ],
  },
  {
    title: 'keeps closures in maps, structs and channels',
    cells: [
      {
        code: go`
          ops := map[string]func(int, int) int{"+": func(a, b int) int { return a + b }}
          jobs := make(chan func() string, 2)
        `,
      },
      { code: 'ops["*"] = func(a, b int) int { return a * b }\nops["*"](ops["+"](1, 2), 5)', result: '15' },
      { code: 'word := "first"\njobs <- func() string { return word }' },
      { code: 'word = "changed"\n(<-jobs)()', result: 'changed' },
    ],
  },
  {
    title: 'composes functions, and calls itself through a variable',
    cells: [
      {
        code: go`
          type F func(int) int
          compose := func(f, g F) F { return func(n int) int { return f(g(n)) } }
        `,
      },
      {
        code: go`
          inc := func(n int) int { return n + 1 }
          twice := func(n int) int { return n * 2 }
          compose(inc, twice)(5), compose(twice, inc)(5)
        `,
        result: '11, 12',
      },
      {
        code: go`
          var factorial func(int) int
          factorial = func(n int) int { if n < 2 { return 1 }; return n * factorial(n-1) }
          factorial(10)
        `,
        result: '3628800',
      },
      {
        code: go`
          memo := map[int]int{}
          var fib F
          fib = func(n int) int {
            if n < 2 { return n }
            if v, ok := memo[n]; ok { return v }
            memo[n] = fib(n-1) + fib(n-2)
            return memo[n]
          }
          fib(80), len(memo)
        `,
        result: '23416728348467685, 79',
      },
    ],
  },
  {
    title: 'recovers in a deferred closure',
    cells: [
      {
        code: go`
          import "fmt"
          func safe(f func()) (err error) {
            defer func() {
              if r := recover(); r != nil {
                err = fmt.Errorf("recovered: %v", r)
              }
            }()
            f()
            return
          }
        `,
      },
      { code: 'safe(func() { panic("p") })', result: 'recovered: p' },
      { code: 'safe(func() {})', result: '<nil>' },
      {
        code: 'var m map[string]int\nsafe(func() { m["a"] = 1 })',
        result: 'recovered: assignment to entry in nil map',
      },
      {
        code: 'zero := 0\nsafe(func() { _ = 1 / zero })',
        result: 'recovered: runtime error: integer divide by zero',
      },
    ],
  },
];
