import { compileError, go, type GoSequence, panics } from './sequence.ts';

export const failures: readonly GoSequence[] = [
  {
    title: 'leaves no names of a cell that did not compile',
    cells: [
      {
        code: go`
          type Q struct{ a int }
          const k = 1
          func f() int { return 1 }
          v := 5
          undefinedThing()
        `,
        error: compileError('undefined: undefinedThing', 5, 1),
      },
      { code: 'v', error: compileError('undefined: v', 1, 1) },
      { code: 'f()', error: compileError('undefined: f', 1, 1) },
      { code: 'type Q string\nconst f = "f"\nv := Q(f)\nv', result: 'f' },
    ],
  },
  {
    title: 'keeps the earlier meaning of names when a cell did not compile',
    cells: [
      { code: 'x := 1\nfunc f() int { return x }\ntype T struct{ A int }' },
      {
        code: 'x := "text"\nfunc f() string { return x }\ntype T struct{ B int }\nnope',
        error: compileError('undefined: nope', 4, 1),
      },
      { code: 'x, f(), T{2}', result: '1, 1, {A:2}' },
    ],
  },
  {
    title: 'keeps the variables whose statements ran before a panic, and no others',
    cells: [
      {
        code: 'a := 1\nvar m map[string]int\nm["x"] = 1\nb := "never"',
        error: panics('assignment to entry in nil map', 3),
      },
      { code: 'a, m == nil', result: '1, true' },
      { code: 'b', error: compileError('undefined: b', 1, 1) },
      { code: 'b := 3.5\nb', result: '3.5' },
    ],
  },
  {
    title: 'keeps the earlier variable where a panic came before its new declaration',
    cells: [
      { code: 'x := 5' },
      { code: 'panic("early")\nx := "late"', error: panics('early', 1) },
      { code: 'x + 1', result: '6' },
      { code: 'x = 7\npanic("after")', error: panics('after', 2) },
      { code: 'x', result: '7' },
    ],
  },
  {
    title: 'keeps functions and types of a cell that panicked',
    cells: [
      {
        code: 'func f() int { return 8 }\ntype T struct{ N int }\npanic("after the declarations")',
        error: panics('after the declarations', 3),
      },
      { code: 'f(), T{f()}', result: '8, {N:8}' },
    ],
  },
  {
    title: 'keeps output and effects of what ran before a panic',
    cells: [
      { code: 'import "fmt"\nlist := []int{1}' },
      {
        code: 'fmt.Println("printed")\nlist = append(list, 2)\nlist[7]++',
        stdout: 'printed\n',
        error: panics('runtime error: index out of range [7] with length 2', 3),
      },
      { code: 'list', result: '[1 2]' },
      {
        code: 'for i := range 3 {\n  list = append(list, i)\n  if i == 1 { panic(i) }\n}',
        error: panics('1', 3),
      },
      { code: 'list', result: '[1 2 0 1]' },
    ],
  },
  {
    title: 'ends a cell by Goexit, and goes on',
    cells: [
      { code: 'import "runtime"\nx := 1' },
      { code: 'x = 2\nruntime.Goexit()\nx = 3', note: 'Goexit' },
      { code: 'x', result: '2' },
    ],
  },
];
