import { compileError, go, type GoSequence, panics } from './sequence.ts';

export const values: readonly GoSequence[] = [
  {
    title: 'keeps a variable and assigns to it',
    cells: [
      { code: 'x := 40' },
      { code: 'x', result: '40' },
      { code: 'x += 2' },
      { code: 'x++\nx', result: '43' },
      { code: 'x = -x; x', result: '-43' },
    ],
  },
  {
    title: 'keeps slices and what shares their array',
    cells: [
      { code: 'all := []int{1, 2, 3, 4}\nhead := all[:2]' },
      { code: 'head[0] = 10\nall', result: '[10 2 3 4]' },
      { code: 'head = append(head, 30)\nall, len(head), cap(head)', result: '[10 2 30 4], 3, 4' },
      { code: 'head = append(head, 40, 50)\nhead[0] = 0\nall[0], head', result: '10, [0 2 30 40 50]' },
    ],
  },
  {
    title: 'keeps maps, and adds to and deletes from them',
    cells: [
      { code: 'counts := map[string]int{"a": 1}' },
      { code: 'counts["b"] += 5\ndelete(counts, "a")\ncounts', result: 'map[b:5]' },
      { code: 'n, found := counts["a"]\nn, found', result: '0, false' },
      {
        code: 'for _, word := range []string{"b", "c", "b"} { counts[word]++ }\ncounts',
        result: 'map[b:7 c:1]',
      },
      { code: 'clear(counts)\nlen(counts)', result: '0' },
    ],
  },
  {
    title: 'keeps pointers to variables of earlier cells',
    cells: [
      { code: 'n := 1\np := &n' },
      { code: '*p = 7\nn', result: '7' },
      { code: 'n = 8\n*p', result: '8' },
      { code: 'q := &n\np == q', result: 'true' },
      { code: 'n := 9\n*p, *q', result: '9, 9' },
    ],
  },
  {
    title: 'copies arrays and structs by value',
    cells: [
      { code: 'a := [3]int{1, 2, 3}\nb := a' },
      { code: 'b[0] = 100\na, b, a == [3]int{1, 2, 3}', result: '[1 2 3], [100 2 3], true' },
      { code: 'type Box struct{ Items [2]int }\nfirst := Box{[2]int{1, 2}}\nsecond := first' },
      { code: 'second.Items[1] = 9\nfirst, second', result: '{Items:[1 2]}, {Items:[1 9]}' },
    ],
  },
  {
    title: 'declares variables with var, with and without type and value',
    cells: [
      {
        code: go`
          var a int
          var b, c = "text", 2.5
          var d []string
          var (
            e        = map[string]bool{"yes": true}
            f, g int = 3, 4
          )
        `,
      },
      { code: 'a, b, c, d, e, f, g', result: '0, text, 2.5, [], map[yes:true], 3, 4' },
      { code: 'd = append(d, b)\na = len(d)' },
      { code: 'a, d', result: '1, [text]' },
      { code: 'var a int\na', result: '0' },
    ],
  },
  {
    title: 'assigns several variables at once',
    cells: [
      { code: 'a, b := 1, 2' },
      { code: 'a, b = b, a\na, b', result: '2, 1' },
      { code: 'numbers := []int{1, 2, 3}\ni := 0\ni, numbers[i] = 2, 20\ni, numbers', result: '2, [20 2 3]' },
      { code: 'a, c := 10, "new"\na, b, c', result: '10, 1, new' },
      { code: '_, b = 5, 6\nb', result: '6' },
    ],
  },
  {
    title: 'declares a variable anew with another type',
    cells: [
      { code: 'x := 12' },
      { code: 'x := "twelve"\nx', result: 'twelve' },
      { code: 'len(x)', result: '6' },
      { code: 'x := []string{x, x}\nx', result: '[twelve twelve]' },
      { code: 'var x float64\nx', result: '0' },
      {
        code: 'x = "text"',
        error: compileError(
          'cannot use "text" (untyped string constant) as float64 value in assignment',
          1,
          5,
        ),
      },
      { code: 'x', result: '0' },
    ],
  },
  {
    title: 'computes the new value of a variable from the old one',
    cells: [
      { code: 'import (\n  "fmt"\n  "strconv"\n)\nx := 5' },
      { code: 'x := x * 2\nx', result: '10' },
      { code: 'x := fmt.Sprint(x, "!")\nx', result: '10!' },
      { code: 'x := len(x)\nx', result: '3' },
      { code: 'x, err := strconv.Atoi(strconv.Itoa(x) + "2")\nx, err', result: '32, <nil>' },
      { code: 'func twice(n int) int { return 2 * n }\nx := twice(x)\nx', result: '64' },
    ],
  },
  {
    title: 'takes one err for many calls',
    cells: [
      { code: 'import "strconv"\na, err := strconv.Atoi("1")\na, err', result: '1, <nil>' },
      {
        code: 'b, err := strconv.Atoi("b")\nb, err',
        result: '0, strconv.Atoi: parsing "b": invalid syntax',
      },
      { code: 'c, err := strconv.ParseBool("true")\na, c, err', result: '1, true, <nil>' },
      { code: 'if _, err := strconv.Atoi("no"); err == nil { panic("?") }\nerr', result: '<nil>' },
    ],
  },
  {
    title: 'keeps nil values with their types',
    cells: [
      { code: 'var p *int\nvar m map[string]int\nvar s []int\nvar f func()\nvar e error\nvar c chan int' },
      {
        code: 'p == nil, m == nil, s == nil, f == nil, e == nil, c == nil',
        result: 'true, true, true, true, true, true',
      },
      { code: 'm["missing"], len(s), e', result: '0, 0, <nil>' },
      { code: 'var held any = p\nheld == nil, p', result: 'false, <nil>' },
      {
        code: '*p',
        error: panics('runtime error: invalid memory address or nil pointer dereference', 1),
      },
      { code: 's = append(s, 1)\ns, s == nil', result: '[1], false' },
    ],
  },
  {
    title: 'keeps numbers exact',
    cells: [
      { code: 'var u uint8 = 255\nvar i int8 = 127' },
      { code: 'u++\ni++\nu, i', result: '0, -128' },
      { code: 'const huge = 1 << 100' },
      { code: 'huge >> 98, float64(huge)', result: '4, 1.2676506002282294e+30' },
      { code: '7 / 2, -7 / 2, -7 % 3, 7.0 / 2', result: '3, -3, -1, 3.5' },
      { code: 'a, b := 0.1, 0.2\na + b, 0.1+0.2 == 0.3', result: '0.30000000000000004, true' },
      { code: 'z := complex(1, 2)\nz * z, real(z)', result: '(-3+4i), 1' },
      { code: "r := 'ä'\nr, string(r), 0b101, 0x_ff, 0o17", result: '228, ä, 5, 255, 15' },
    ],
  },
  {
    title: 'keeps bytes and characters of strings apart',
    cells: [
      { code: 's := "Grüße, 世界"' },
      { code: 'len(s), len([]rune(s)), s[2], s[:2]', result: '15, 9, 195, Gr' },
      { code: 'for at, char := range "aß世" { print(at, char) }', stderr: '0971223319990' },
      { code: 'b := []byte("abc")\nb[0] = 65\nstring(b), s[7:9] == "e,"', result: 'Abc, false' },
      { code: 's += "!"\ns', result: 'Grüße, 世界!' },
    ],
  },
];
