import { compileError, go, type GoSequence } from './sequence.ts';

export const generics: readonly GoSequence[] = [
  {
    title: 'keeps generic functions and instantiates them anew in later cells',
    cells: [
      {
        code: go`
          import "fmt"
          func Map[T, U any](items []T, apply func(T) U) []U {
            var out []U
            for _, item := range items {
              out = append(out, apply(item))
            }
            return out
          }
        `,
      },
      { code: 'Map([]int{1, 2, 3}, func(i int) string { return fmt.Sprint("n", i) })', result: '[n1 n2 n3]' },
      { code: 'Map([]string{"a", "bb"}, func(s string) int { return len(s) })', result: '[1 2]' },
      {
        code: go`
          lengths := Map[string, float64]
          lengths([]string{"abc"}, func(s string) float64 { return float64(len(s)) / 2 })
        `,
        result: '[1.5]',
      },
      {
        code: 'Map(Map([]int{1}, func(i int) bool { return i > 0 }), func(b bool) string { return fmt.Sprint(b) })',
        result: '[true]',
      },
    ],
  },
  {
    title: 'declares a generic function anew, callers included',
    cells: [
      {
        code: go`
          func First[T any](items []T) T { return items[0] }
          func pick() int { return First([]int{1, 2}) }
          pick()
        `,
        result: '1',
      },
      {
        code: go`
          func First[T any](items []T) T { return items[len(items)-1] }
          pick(), First([]string{"a", "z"})
        `,
        result: '2, z',
      },
    ],
  },
  {
    title: 'keeps generic types, and adds instantiations',
    cells: [
      {
        code: go`
          type Stack[T any] struct{ items []T }
          func (s *Stack[T]) Push(item T) { s.items = append(s.items, item) }
          func (s *Stack[T]) Pop() (item T, ok bool) {
            if len(s.items) == 0 {
              return item, false
            }
            item = s.items[len(s.items)-1]
            s.items = s.items[:len(s.items)-1]
            return item, true
          }
          numbers := &Stack[int]{}
          numbers.Push(3)
        `,
      },
      { code: 'numbers.Push(4)\nnumbers.items', result: '[3 4]' },
      { code: 'words := Stack[string]{}\nwords.Push("w")\nwords.Pop()', result: 'w, true' },
      { code: 'words.Pop()', result: ', false' },
      { code: 'numbers.Pop()', result: '4, true' },
    ],
  },
  {
    title: 'constrains type parameters',
    cells: [
      {
        code: go`
          import "cmp"
          type Number interface{ ~int | ~float64 }
          func Sum[T Number](items ...T) (sum T) { for _, i := range items { sum += i }; return }
        `,
      },
      { code: 'type Meters float64\nSum(1, 2), Sum(0.5, 0.25), Sum(Meters(2), 3)', result: '3, 0.75, 5' },
      {
        code: 'Sum("a")',
        error: compileError('string does not satisfy Number (string missing in ~int | ~float64)', 1, 1),
      },
      {
        code: go`
          func Max[T cmp.Ordered](a, b T) T { if a > b { return a }; return b }
          Max("a", "b"), Max(2, 1)
        `,
        result: 'b, 2',
      },
    ],
  },
  {
    title: 'keeps generic pairs, maps, sets and trees',
    cells: [
      {
        code: go`
          type Pair[K comparable, V any] struct {
            Key   K
            Value V
          }
          type Set[T comparable] map[T]struct{}
          func (s Set[T]) Add(t T) Set[T] { s[t] = struct{}{}; return s }
        `,
      },
      {
        code: 'Pair[string, int]{"a", 1}, len(Set[int]{}.Add(1).Add(1).Add(2))',
        result: '{Key:a Value:1}, 2',
      },
      {
        code: go`
          import (
            "cmp"
            "maps"
            "slices"
          )
          func Sorted[K cmp.Ordered, V any](m map[K]V) []Pair[K, V] {
            var out []Pair[K, V]
            for _, k := range slices.Sorted(maps.Keys(m)) {
              out = append(out, Pair[K, V]{k, m[k]})
            }
            return out
          }
          Sorted(map[string]bool{"y": true, "x": false})
        `,
        result: '[{Key:x Value:false} {Key:y Value:true}]',
      },
      {
        code: 'import "fmt"\nfmt.Sprintf("%T", Sorted(map[int]bool{}))',
        result: '[]main.Pair[int,bool]',
      },
    ],
  },
  {
    title: 'adds and replaces methods of a generic type',
    cells: [
      { code: 'type List[T any] struct{ items []T }\nl := List[int]{[]int{1, 2}}' },
      {
        code: 'func (l List[T]) Len() int { return len(l.items) }\nList[string]{[]string{"a"}}.Len()',
        result: '1',
      },
      {
        code: go`
          func (l List[T]) Len() int { return -len(l.items) }
          List[string]{[]string{"a"}}.Len(), List[int]{}.Len()
        `,
        result: '-1, 0',
      },
    ],
  },
  {
    title: 'adds methods of a generic type to values made before',
    needs: 'prelinked',
    cells: [
      { code: 'type List[T any] struct{ items []T }\nl := List[int]{[]int{1, 2}}' },
      { code: 'func (l List[T]) Len() int { return len(l.items) }\nl.Len()', result: '2' },
      { code: 'func (l List[T]) Len() int { return -len(l.items) }\nl.Len()', result: '-2' },
    ],
  },
];
