import { go, type GoSequence } from './sequence.ts';

export const expressions: readonly GoSequence[] = [
  {
    title: 'shows the value of the last expression, whatever it is',
    cells: [
      { code: '1 + 1', result: '2' },
      { code: '"text"', result: 'text' },
      { code: 'nil', result: '<nil>' },
      { code: "'a'", result: '97' },
      { code: '3 > 2 && !false', result: 'true' },
      { code: '[]string{"a b", "c"}', result: '[a b c]' },
      { code: 'struct{ X, Y int }{1, 2}', result: '{X:1 Y:2}' },
      { code: '&struct{ Name string }{"p"}', result: '&{Name:p}' },
      { code: 'map[string][]int{"b": {2}, "a": nil}', result: 'map[a:[] b:[2]]' },
      { code: 'func() int { return 5 }()', result: '5' },
      { code: '(func(a, b int) int { return a * b })(6, 7)', result: '42' },
    ],
  },
  {
    title: 'shows several values of one line',
    cells: [
      { code: '1, "two", 3.0, nil', result: '1, two, 3, <nil>' },
      { code: 'func pair() (int, error) { return 3, nil }\npair()', result: '3, <nil>' },
      { code: 'func none() {}\nnone()' },
      { code: 'func named() (a, b string) { a = "x"; return }\nnamed()', result: 'x, ' },
    ],
  },
  {
    title: 'shows what is received, indexed, sliced, converted and asserted',
    cells: [
      { code: 'ch := make(chan int, 2)\nch <- 7\nch <- 8' },
      { code: '<-ch', result: '7' },
      { code: 'v, ok := <-ch\nv, ok', result: '8, true' },
      { code: 'var held any = []int{4, 5, 6}\nheld.([]int)[1]', result: '5' },
      { code: 'held.([]int)[1:]', result: '[5 6]' },
      { code: 'float64(7) / 2', result: '3.5' },
      { code: 'x := 3\np := &x\n*p', result: '3' },
      { code: 'map[string]int{"k": 9}["k"]', result: '9' },
      { code: '-x, ^x, !true', result: '-3, -4, false' },
    ],
  },
  {
    title: 'shows nothing for a statement',
    cells: [
      { code: 'x := 5' },
      { code: 'x = 6' },
      { code: 'x++' },
      { code: 'var y = 3' },
      { code: 'if x > 0 { y = 4 }' },
      { code: 'for range 3 { y++ }' },
      { code: 'const c = 3' },
      { code: 'func f() int { return 3 }' },
      { code: 'type T int' },
      { code: '_ = x' },
      { code: 'x, y', result: '7, 7' },
    ],
  },
  {
    title: 'shows an expression over several lines, with comments and a semicolon after it',
    cells: [
      {
        code: go`
          import "strings"
          strings.ToUpper(
            "long " + // the first half
              "text",
          )
        `,
        result: 'LONG TEXT',
      },
      { code: '// only a comment\n\n/* and another */' },
      { code: '1 + 2 // three', result: '3' },
      { code: '/* before */ 5 /* after */', result: '5' },
      { code: 'x := 2; x * 3;', result: '6' },
      { code: '   \n\t\n' },
      { code: 'x := []int{\n  1,\n  2,\n}\nx[0] +\n  x[1]\n\n', result: '3' },
      { code: 'import "strings"\r\nx := 4\r\nx\r\n', result: '4' },
    ],
  },
  {
    title: 'shows values with String and Error methods by these',
    cells: [
      {
        code: go`
          import "errors"
          type Celsius float64
          func (c Celsius) String() string { return "warm" }
          Celsius(21.5)
        `,
        result: 'warm',
      },
      { code: 'errors.New("went wrong")', result: 'went wrong' },
      { code: 'map[Celsius]Celsius{1: 2}, []Celsius{3}', result: 'map[warm:warm], [warm]' },
      { code: 'struct{ In, out Celsius }{4, 5}', result: '{In:warm out:5}' },
    ],
  },
  {
    title: 'prints to both streams and shows a value too',
    cells: [
      {
        code: go`
          import (
            "fmt"
            "os"
          )
          fmt.Println("out", 1, true)
          fmt.Fprintln(os.Stderr, "err")
          fmt.Printf("%05.1f|%-4s|%q\n", 3.14159, "ab", "quoted")
          "value"
        `,
        stdout: 'out 1 true\n003.1|ab  |"quoted"\n',
        stderr: 'err\n',
        result: 'value',
      },
      {
        code: 'print("to stderr", 1, "\\n")\nfmt.Print("no newline")\n1',
        stdout: 'no newline',
        stderr: 'to stderr1\n',
        result: '1',
      },
      { code: 'for i := range 3 { fmt.Print(i, ";") }', stdout: '0;1;2;' },
    ],
  },
  {
    title: 'shows no value for a call that prints',
    cells: [
      { code: 'import "fmt"\nfmt.Println("line")', stdout: 'line\n' },
      { code: 'fmt.Printf("%d", 5)', stdout: '5' },
      { code: 'fmt.Print("a", "b")', stdout: 'ab' },
      { code: 'import "os"\nfmt.Fprintln(os.Stderr, "err")', stderr: 'err\n' },
      { code: 'n, err := fmt.Println("x")\nn, err', stdout: 'x\n', result: '2, <nil>' },
    ],
  },
  {
    title: 'shows what %v shows for nested values',
    cells: [
      {
        code: go`
          type Leaf struct {
            Name string
            Tags []string
          }
          type Tree struct {
            Leaf
            Left, Right *Tree
            Any         any
          }
          tree := Tree{Leaf: Leaf{"root", []string{"a", "b"}}, Any: Leaf{"in", nil}}
          tree
        `,
        result: '{Leaf:{Name:root Tags:[a b]} Left:<nil> Right:<nil> Any:{Name:in Tags:[]}}',
      },
      { code: '[]any{1, "s", nil, 2.5, []int{1}, Leaf{}}', result: '[1 s <nil> 2.5 [1] {Name: Tags:[]}]' },
      { code: '[2][2]bool{{true}}', result: '[[true false] [false false]]' },
      { code: '&[]int{1}, &map[int]int{1: 2}', result: '&[1], &map[1:2]' },
    ],
  },
];
