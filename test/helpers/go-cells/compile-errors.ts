import { compileError, go, type GoSequence } from './sequence.ts';

/** Each cell fails and leaves nothing, so that one context takes them all. */
export const compileErrors: readonly GoSequence[] = [
  {
    title: 'tells where a name, a type or a value is wrong',
    cells: [
      { code: 'y := missing + 1', error: compileError('undefined: missing', 1, 6) },
      { code: 'a := 1\nb := 2\n\n  c := a + bb', error: compileError('undefined: bb', 4, 12) },
      {
        code: 'var n int = "text"',
        error: compileError(
          'cannot use "text" (untyped string constant) as int value in variable declaration',
          1,
          13,
        ),
      },
      {
        code: '1 + "a"',
        error: compileError(
          'invalid operation: 1 + "a" (mismatched types untyped int and untyped string)',
          1,
          1,
        ),
      },
      {
        code: 'x := 5\nx.Name',
        error: compileError('x.Name undefined (type int has no field or method Name)', 2, 3),
      },
      { code: 'import "strings"\nstrings.Upper("a")', error: compileError('undefined: strings.Upper', 2, 9) },
      { code: 'var s []Missing', error: compileError('undefined: Missing', 1, 9) },
      { code: 'ä := "ä" + missing', error: compileError('undefined: missing', 1, 12) },
    ],
  },
  {
    title: 'tells where a call or an assignment is wrong',
    cells: [
      { code: 'func f(a int, b string) (int, error) { return a, nil }' },
      {
        code: 'f(1)',
        error: compileError('not enough arguments in call to f\n\thave (number)\n\twant (int, string)', 1, 4),
      },
      {
        code: 'f(1, 2)',
        error: compileError('cannot use 2 (untyped int constant) as string value in argument to f', 1, 6),
      },
      {
        code: 'x := f(1, "a")',
        error: compileError(
          /^assignment mismatch: 1 variable but f returns 2 values|^multiple-value f/,
          1,
          6,
        ),
      },
      { code: '5()', error: compileError(/^invalid operation: cannot call .*5/, 1, 1) },
      {
        code: 'f = nil',
        error: compileError('cannot assign to f (neither addressable nor a map index expression)', 1, 1),
      },
      { code: 'func g() int { }', error: compileError('missing return', 1, 16) },
      {
        code: 'func h() { return 1 }',
        error: compileError('too many return values\n\thave (number)\n\twant ()', 1, 19),
      },
    ],
  },
  {
    title: 'tells where a declaration is wrong',
    cells: [
      { code: 'type T struct {\n  A int\n  A string\n}', error: compileError('A redeclared', 3, 3) },
      { code: 'type R struct{ R }', error: compileError(/^invalid recursive type/, 1, 6) },
      { code: 'func (m Missing) Do() {}', error: compileError('undefined: Missing', 1, 9) },
      {
        code: 'func (n int) Do() {}',
        error: compileError('cannot define new methods on non-local type int', 1, 9),
      },
      {
        code: 'const c = len([]int{1})',
        error: compileError('len([]int{…}) (value of type int) is not constant', 1, 11),
      },
      {
        code: 'const big int8 = 1000',
        error: compileError(
          'cannot use 1000 (untyped int constant) as int8 value in constant declaration (overflows)',
          1,
          18,
        ),
      },
      {
        code: 'var x, y int = 1',
        error: compileError('assignment mismatch: 2 variables but 1 value', 1, 16),
      },
      { code: 'x := nil', error: compileError(/^use of untyped nil in/, 1, 6) },
    ],
  },
  {
    title: 'tells where an interface, a switch or a loop is wrong',
    cells: [
      { code: 'type S interface{ String() string }\ntype N int' },
      {
        code: 'var s S = N(1)',
        error: compileError(
          'cannot use N(1) (constant 1 of int type N) as S value in variable declaration: N does not implement S (missing method String)',
          1,
          11,
        ),
      },
      { code: 'switch 1 {\ncase "a":\n}', error: compileError(/"a"/, 2, 6) },
      {
        code: 'for i := range 3.5 { _ = i }',
        error: compileError('cannot range over 3.5 (untyped float constant)', 1, 16),
      },
      { code: 'if 1 { }', error: compileError('non-boolean condition in if statement', 1, 4) },
      { code: 'break', error: compileError('break not in for, switch, or select statement', 1, 1) },
      {
        code: 'n := 1\nn.(int)',
        error: compileError('invalid operation: n (variable of type int) is not an interface', 2, 1),
      },
      {
        code: 'import "time"\ntime.Sleep("1s")',
        error: compileError(
          'cannot use "1s" (untyped string constant) as time.Duration value in argument to time.Sleep',
          2,
          12,
        ),
      },
    ],
  },
  {
    title: 'tells the first of several errors, and all of them in the trace',
    cells: [
      {
        code: 'a := missing1\nb := missing2\nc := missing3',
        error: {
          ...compileError('undefined: missing1', 1, 6),
          traceback: [
            'cell-1.go:1:6: undefined: missing1',
            'cell-1.go:2:6: undefined: missing2',
            'cell-1.go:3:6: undefined: missing3',
          ],
        },
      },
      { code: 'a', error: compileError('undefined: a', 1, 1) },
    ],
  },
  {
    title: 'tells where the syntax is wrong',
    cells: [
      { code: 'x := (1 + 2', error: { name: 'SyntaxError', message: /expected|found/, line: 1, column: 12 } },
      { code: 'kept := 5\nvar = 3', error: { name: 'SyntaxError', message: /expected/, line: 2, column: 5 } },
      { code: 'x := 1\ny := 2 3', error: { name: 'SyntaxError', message: /expected/, line: 2, column: 8 } },
      {
        code: 's := "not closed',
        error: { name: 'SyntaxError', message: /string literal not terminated/, line: 1, column: 6 },
      },
      { code: "c := 'ab'", error: { name: 'SyntaxError', message: /rune literal/, line: 1, column: 6 } },
      {
        code: 'for i := 0; i < 3 {\n}',
        error: { name: 'SyntaxError', message: /expected/, line: 1, column: 19 },
      },
      { code: 'kept', error: compileError('undefined: kept', 1, 1) },
    ],
  },
  {
    title: 'tells of an error inside a function and a literal at their own lines',
    cells: [
      {
        code: go`
          // a comment first

          func outer() int {
            inner := func() int {
              return misspelt
            }
            return inner()
          }
        `,
        error: compileError('undefined: misspelt', 5, 12),
      },
      {
        code: 'list := []string{\n  "a",\n  2,\n}',
        error: compileError(
          'cannot use 2 (untyped int constant) as string value in array or slice literal',
          3,
          3,
        ),
      },
      {
        code: 'type P struct{ X int }\np := P{\n  X: 1,\n  Y: 2,\n}',
        error: compileError('unknown field Y in struct literal of type P', 4, 3),
      },
      {
        code: '/* a comment\nof two lines */ var z int = nope',
        error: compileError('undefined: nope', 2, 29),
      },
    ],
  },
  {
    title: 'does not mind names that are not used',
    cells: [
      { code: 'func f() int {\n  unused := 5\n  var also string\n  return 1\n}\nf()', result: '1' },
      { code: 'if true { q := 5 }\n"ok"', result: 'ok' },
      { code: 'for i, v := range []int{1} { }\nfunc() { a, b := 1, 2 }()' },
      { code: 'func g() { label: for { break } }\ng()' },
    ],
  },
];
