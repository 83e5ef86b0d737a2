import { compileError, go, type GoSequence } from './sequence.ts';

export const methods: readonly GoSequence[] = [
  {
    title: 'adds methods in later cells; fmt and interfaces see them',
    cells: [
      { code: 'import "fmt"\ntype Late struct{ n int }\nl := Late{4}\nfmt.Sprint(l)', result: '{4}' },
      { code: 'func (l Late) Double() int { return l.n * 2 }\nLate{5}.Double()', result: '10' },
      {
        code: go`
          func (l Late) String() string { return fmt.Sprintf("Late(%d)", l.n) }
          fmt.Sprint(Late{6})
        `,
        result: 'Late(6)',
      },
      { code: 'var s fmt.Stringer = Late{7}\ns.String(), Late{8}.Double()', result: 'Late(7), 16' },
    ],
  },
  {
    title: 'gives methods added later to values made before',
    needs: 'prelinked',
    cells: [
      {
        code: go`
          import "fmt"
          type Late struct{ n int }
          l := Late{4}
          var held any = l
          fmt.Sprint(l, held)
        `,
        result: '{4} {4}',
      },
      { code: '_, is := held.(fmt.Stringer)\nis', result: 'false' },
      { code: 'func (l Late) String() string { return fmt.Sprintf("Late(%d)", l.n) }' },
      { code: 'l, held, l.String()', result: 'Late(4), Late(4), Late(4)' },
      { code: 's, is := held.(fmt.Stringer)\nis, s.String()', result: 'true, Late(4)' },
      {
        code: 'func (l *Late) Error() string { return "failed" }\nvar failed error = &l\nfailed',
        result: 'failed',
      },
    ],
  },
  {
    title: 'replaces a method under values made before',
    needs: 'prelinked',
    cells: [
      {
        code: go`
          import "fmt"
          type Name string
          func (n Name) String() string { return "1:" + string(n) }
          value := Name("a")
          var held fmt.Stringer = value
        `,
      },
      { code: 'func (n Name) String() string { return "2:" + string(n) }' },
      { code: 'value, held, held.String(), Name("b")', result: '2:a, 2:a, 2:a, 2:b' },
    ],
  },
  {
    title: 'makes a new version of a type whose methods change; values made before keep the earlier methods',
    needs: 'stock',
    cells: [
      {
        code: go`
          import "fmt"
          type Name string
          func (n Name) String() string { return "1:" + string(n) }
          var held fmt.Stringer = Name("a")
        `,
      },
      {
        code: 'func (n Name) String() string { return "2:" + string(n) }\nName("b")',
        result: '2:b',
        note: 'type Name',
      },
      { code: 'held, held.String(), Name("c")', result: '1:a, 1:a, 2:c' },
      { code: 'held = Name("d")\nheld', result: '2:d' },
    ],
  },
  {
    title: 'binds callers to a replaced method',
    cells: [
      {
        code: go`
          type Shop struct{ rate int }
          func (s Shop) Price(n int) int { return n * s.rate }
          func total(s Shop) int { return s.Price(1) + s.Price(2) }
          total(Shop{10})
        `,
        result: '30',
      },
      { code: 'func (s Shop) Price(n int) int { return n*s.rate + 1 }\ntotal(Shop{10})', result: '32' },
      { code: 'func (s Shop) Twice() int { return 2 * s.Price(1) }\nShop{3}.Twice()', result: '8' },
      {
        code: 'func (s Shop) Price(n int) int { return 0 }\nShop{3}.Twice(), total(Shop{3})',
        result: '0, 0',
      },
    ],
  },
  {
    title: 'binds methods to a function that is declared anew',
    cells: [
      {
        code: go`
          type Word struct{ text string }
          func mark(s string) string { return s + "!" }
          func (w Word) Loud() string { return mark(w.text) }
          w := Word{"hi"}
          w.Loud()
        `,
        result: 'hi!',
      },
      { code: 'func mark(s string) string { return s + "?" }\nWord{"so"}.Loud()', result: 'so?' },
    ],
  },
  {
    title: 'binds the methods of values made before to a function that is declared anew',
    needs: 'prelinked',
    cells: [
      {
        code: go`
          type Getter interface{ Get() int }
          type Twice struct{ n int }
          func times(n int) int { return n * 2 }
          func (t Twice) Get() int { return times(t.n) }
          var getter Getter = Twice{4}
          getter.Get()
        `,
        result: '8',
      },
      { code: 'func times(n int) int { return n * 200 }\ngetter.Get(), Twice{1}.Get()', result: '800, 200' },
    ],
  },
  {
    title: 'makes methods of pointers and values satisfy an interface',
    cells: [
      {
        code: go`
          type Counter struct{ n int }
          func (c *Counter) Add() { c.n++ }
          func (c Counter) Get() int { return c.n }
        `,
      },
      {
        code: go`
          type Adder interface {
            Add()
            Get() int
          }
          var a Adder = &Counter{}
          a.Add()
          a.Add()
          a.Get()
        `,
        result: '2',
      },
      {
        code: 'var b Adder = Counter{}',
        error: compileError(
          'cannot use Counter{} (value of struct type Counter) as Adder value in variable declaration: Counter does not implement Adder (method Add has pointer receiver)',
          1,
          15,
        ),
      },
      { code: 'a.(*Counter).n = 40\na.Add()\na.Get()', result: '41' },
      { code: '_, ok := any(Counter{}).(Adder)\nok', result: 'false' },
    ],
  },
  {
    title: 'dispatches over types of several cells',
    cells: [
      {
        code: go`
          type Shape interface{ Area() float64 }
          var shapes []Shape
          func sum() (s float64) { for _, x := range shapes { s += x.Area() }; return }
        `,
      },
      {
        code: go`
          type Square struct{ a float64 }
          func (s Square) Area() float64 { return s.a * s.a }
          shapes = append(shapes, Square{3})
          sum()
        `,
        result: '9',
      },
      {
        code: go`
          type Rect struct{ a, b float64 }
          func (r *Rect) Area() float64 { return r.a * r.b }
          shapes = append(shapes, &Rect{2, 5})
          sum()
        `,
        result: '19',
      },
      {
        code: go`
          func name(s Shape) string {
            switch s := s.(type) {
            case Square:
              return "square"
            case *Rect:
              return "rect"
            case nil:
              return "nil"
            default:
              _ = s
              return "?"
            }
          }
          name(shapes[0]), name(shapes[1]), name(nil)
        `,
        result: 'square, rect, nil',
      },
    ],
  },
  {
    title: 'sorts by methods of the cell',
    cells: [
      {
        code: go`
          import "sort"
          type ByLen []string
          func (b ByLen) Len() int { return len(b) }
          func (b ByLen) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
          func (b ByLen) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
        `,
      },
      { code: 'words := []string{"ccc", "a", "bb"}\nsort.Sort(ByLen(words))\nwords', result: '[a bb ccc]' },
      { code: 'sort.Sort(sort.Reverse(ByLen(words)))\nwords', result: '[ccc bb a]' },
    ],
  },
];
