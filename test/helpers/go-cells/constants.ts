import { compileError, go, type GoSequence } from './sequence.ts';

export const constants: readonly GoSequence[] = [
  {
    title: 'keeps constants; a constant declared anew reaches the functions that use it',
    cells: [
      { code: 'const rate = 2\nfunc price(n int) int { return n * rate }\nprice(10)', result: '20' },
      { code: 'const rate = 3\nprice(10)', result: '30' },
      { code: 'const doubled = rate * 2' },
      { code: 'const rate = 5\ndoubled, price(1)', result: '10, 5' },
    ],
  },
  {
    title: 'counts with iota in groups',
    cells: [
      { code: 'const (\n  A = iota\n  B\n  C\n)\nA, B, C', result: '0, 1, 2' },
      { code: 'func code() int { return B*10 + C }\ncode()', result: '12' },
      { code: 'const B = 5\ncode(), A, C', result: '52, 0, 2' },
      { code: 'const (\n  _  = iota\n  KB = 1 << (10 * iota)\n  MB\n)\nKB, MB', result: '1024, 1048576' },
      { code: 'const (\n  x, y = iota, iota * 10\n  z, w\n)\nx, y, z, w', result: '0, 0, 1, 10' },
    ],
  },
  {
    title: 'keeps enumerations with a String method',
    cells: [
      {
        code: go`
          type Color int
          const (
            Red Color = iota
            Green
            Blue
          )
          func (c Color) String() string { return [...]string{"R", "G", "B"}[c] }
        `,
      },
      { code: 'Green, []Color{Blue, Red}', result: 'G, [B R]' },
      { code: 'func next(c Color) Color { return (c + 1) % 3 }\nnext(Blue), int(next(Red))', result: 'R, 1' },
      { code: 'byColor := map[Color]int{Red: 1, Blue: 3}\nbyColor', result: 'map[R:1 B:3]' },
      { code: 'Color(1) == Green, Color(7) > Blue', result: 'true, true' },
    ],
  },
  {
    title: 'keeps typed and untyped constants apart',
    cells: [
      { code: 'const free = 3\nconst bound int64 = 3' },
      { code: 'var f float64 = free\nvar i int8 = free\nf, i', result: '3, 3' },
      {
        code: 'var g float64 = bound',
        error: compileError(
          'cannot use bound (constant 3 of type int64) as float64 value in variable declaration',
          1,
          17,
        ),
      },
      { code: 'const text, yes = "t", true\ntext + "x", !yes', result: 'tx, false' },
      {
        code: 'free = 4',
        error: compileError('cannot assign to free (neither addressable nor a map index expression)', 1, 1),
      },
      { code: 'var array [free]int\nlen(array)', result: '3' },
    ],
  },
  {
    title: 'uses constants in array types and switches over cells',
    cells: [
      { code: 'const size = 2\ntype Grid [size][size]int\nvar g Grid' },
      { code: 'g[1][1] = 4\ng', result: '[[0 0] [0 4]]' },
      {
        code: go`
          func kind(n int) string { switch n { case size: return "size"; default: return "other" } }
          kind(2), kind(3)
        `,
        result: 'size, other',
      },
      { code: 'const size = 3\nkind(2), kind(3)', result: 'other, size', note: 'variable g' },
    ],
  },
];
