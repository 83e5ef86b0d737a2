import { compileError, go, type GoSequence } from './sequence.ts';

const HELLO = go`
  package main

  import (
    "fmt"
    "strings"
  )

  type Animal interface{ Sound() string }

  type Dog struct{ name string }

  func (d Dog) Sound() string { return d.name + " says woof" }

  func main() {
    var a Animal = Dog{"Rex"}
    fmt.Println(strings.ToUpper(a.Sound()))
  }
`;

export const wholePrograms: readonly GoSequence[] = [
  {
    title: 'runs a program as often as it is given',
    cells: [
      { code: HELLO, stdout: 'REX SAYS WOOF\n' },
      { code: HELLO, stdout: 'REX SAYS WOOF\n' },
      { code: HELLO.replace('woof', 'wow'), stdout: 'REX SAYS WOW\n' },
      { code: HELLO, stdout: 'REX SAYS WOOF\n' },
    ],
  },
  {
    title: 'keeps what a program declares for the cells after it',
    cells: [
      {
        code: go`
          package main

          import "fmt"

          var greeting = "hello"

          func greet(name string) string { return greeting + " " + name }

          func main() {
            fmt.Println(greet("main"))
          }
        `,
        stdout: 'hello main\n',
      },
      { code: 'greet("cell")', result: 'hello cell' },
      { code: 'greeting = "bye"\ngreet("cell")', result: 'bye cell' },
      { code: 'main()', stdout: 'bye main\n' },
    ],
  },
  {
    title: 'runs a program between cells whose names it uses otherwise',
    cells: [
      { code: 'import "fmt"\ntotal := "text"\nfunc add() string { return total }\nadd()', result: 'text' },
      {
        code: go`
          package main
          import "fmt"
          var total int
          func add(n int) { total += n }
          func main() {
            for i := range 4 { add(i) }
            fmt.Println(total)
          }
        `,
        stdout: '6\n',
      },
      {
        code: 'package main\nimport "fmt"\nfunc main() {\n  total := 1.5\n  fmt.Println(total)\n}',
        stdout: '1.5\n',
      },
      { code: 'add(10)\ntotal', result: '16' },
    ],
  },
  {
    title: 'initialises the variables of a program anew each time, then runs init, then main',
    cells: [
      {
        code: go`
          package main

          import "fmt"

          var (
            a = b + 1
            b = f()
            list []string
          )

          func f() int { list = append(list, "f"); return 41 }

          func init() { list = append(list, "init1") }

          func init() { list = append(list, "init2") }

          func main() { fmt.Println(a, b, list) }
        `,
        stdout: '42 41 [f init1 init2]\n',
      },
    ],
  },
  {
    title: 'runs init functions of a cell where they stand, once',
    cells: [
      { code: 'order := []string{}\nfunc note(s string) { order = append(order, s) }' },
      { code: 'func init() { note("init") }\nnote("statement")\norder', result: '[init statement]' },
      { code: 'note("later")\norder', result: '[init statement later]' },
      { code: 'init()', error: compileError('undefined: init', 1, 1) },
    ],
  },
  {
    title: 'initialises the variables of a program before its init functions, wherever they stand',
    cells: [
      {
        code: go`
          package main

          import "fmt"

          func main() { fmt.Println(word, count) }

          func init() { count++ }

          var word, count = spell(), 5

          func spell() string { return "spelt" }
        `,
        stdout: 'spelt 6\n',
      },
      { code: 'word, count', result: 'spelt, 6' },
      { code: 'count++\nmain()', stdout: 'spelt 7\n' },
    ],
  },
  {
    title: 'ends a program by os.Exit, and keeps the state',
    cells: [
      { code: 'kept := 1' },
      {
        code: go`
          package main

          import (
            "fmt"
            "os"
          )

          func main() {
            defer fmt.Println("not run")
            fmt.Println("before")
            os.Exit(3)
          }
        `,
        stdout: 'before\n',
        error: { name: 'ExitStatus', message: 'exit status 3', line: 11, column: null },
      },
      { code: 'package main\nimport "os"\nfunc main() { os.Exit(0) }', note: 'ended the cell' },
      { code: 'kept', result: '1' },
      {
        code: 'import "log"\nlog.SetFlags(0)\nlog.Fatal("fatal")',
        stderr: 'fatal\n',
        error: { name: 'ExitStatus', message: 'exit status 1', line: 3, column: null },
      },
      { code: 'kept++\nkept', result: '2' },
    ],
  },
  {
    title: 'takes a program without main as declarations',
    cells: [
      { code: 'package tools\n\n// Twice doubles.\nfunc Twice(n int) int { return 2 * n }' },
      { code: 'Twice(4)', result: '8' },
      { code: 'package main\n\nvar Answer = Twice(21)' },
      { code: 'Answer', result: '42' },
    ],
  },
];
