import { compileError, go, type GoSequence } from './sequence.ts';

export const types: readonly GoSequence[] = [
  {
    title: 'keeps types, their methods and their values',
    cells: [
      {
        code: go`
          import "fmt"
          type Point struct{ X, y int }
          func (p *Point) Move(by int) { p.X += by; p.y -= by }
          func (p Point) String() string { return fmt.Sprintf("P(%d,%d)", p.X, p.y) }
          p := &Point{1, 2}
        `,
      },
      { code: 'p.Move(5)\np', result: 'P(6,-3)' },
      { code: 'copied := *p\ncopied.Move(1)\np, copied', result: 'P(6,-3), P(7,-4)' },
      {
        code: 'move := p.Move\nmove(1)\nPoint.String(*p), fmt.Sprintf("%T", p)',
        result: 'P(7,-4), *main.Point',
      },
    ],
  },
  {
    title: 'gives a type new fields; functions that use it are bound to the new one',
    cells: [
      {
        code: go`
          type User struct{ Name string }
          func make1(name string) User { return User{Name: name} }
          make1("a")
        `,
        result: '{Name:a}',
      },
      { code: 'type User struct {\n  Name string\n  Age  int\n}' },
      { code: 'make1("b")', result: '{Name:b Age:0}' },
      { code: 'User{"c", 3}', result: '{Name:c Age:3}' },
    ],
  },
  {
    title: 'keeps a variable of the earlier type when the fields change',
    cells: [
      { code: 'type Item struct{ N int }\nold := Item{1}' },
      { code: 'type Item struct{ N, M int }\nItem{2, 3}', result: '{N:2 M:3}', note: 'old' },
      { code: 'old.N', result: '1' },
      { code: 'old := Item{4, 5}\nold', result: '{N:4 M:5}' },
    ],
  },
  {
    title: 'carries the methods over to a type that is declared anew',
    cells: [
      {
        code: go`
          type Box struct{ Side int }
          func (b Box) Area() int { return b.Side * b.Side }
          Box{3}.Area()
        `,
        result: '9',
      },
      { code: 'type Box struct {\n  Side  int\n  Label string\n}' },
      { code: 'Box{4, "x"}.Area()', result: '16' },
      {
        code: 'func (b Box) Name() string { return b.Label }\nBox{4, "x"}.Name(), Box{5, ""}.Area()',
        result: 'x, 25',
      },
    ],
  },
  {
    title: 'drops a method that does not fit the new type, and says so',
    cells: [
      { code: 'type Box struct{ Side int }\nfunc (b Box) Area() int { return b.Side * b.Side }' },
      { code: 'type Box struct{ Width, Height int }', note: 'Area' },
      {
        code: 'Box{1, 2}.Area()',
        error: compileError('Box{…}.Area undefined (type Box has no field or method Area)', 1, 11),
      },
      { code: 'func (b Box) Area() int { return b.Width * b.Height }\nBox{3, 4}.Area()', result: '12' },
    ],
  },
  {
    title: 'keeps types that need each other, declared together',
    cells: [
      {
        code: go`
          type (
            Node struct {
              Value int
              Edges []Edge
            }
            Edge struct{ To *Node }
          )
          leaf := &Node{Value: 2}
          root := Node{1, []Edge{{leaf}}}
        `,
      },
      { code: 'root.Edges[0].To.Value', result: '2' },
      {
        code: go`
          func (n *Node) Sum() int { s := n.Value; for _, e := range n.Edges { s += e.To.Sum() }; return s }
          root.Sum()
        `,
        result: '3',
      },
      {
        code: 'leaf.Value = 40\nleaf.Edges = append(leaf.Edges, Edge{&Node{Value: 100}})\nroot.Sum()',
        result: '141',
      },
    ],
  },
  {
    title: 'keeps recursive types',
    cells: [
      {
        code: go`
          type Tree struct {
            Left, Right *Tree
            Key         int
          }
          func (t *Tree) Insert(key int) *Tree {
            if t == nil {
              return &Tree{Key: key}
            }
            if key < t.Key {
              t.Left = t.Left.Insert(key)
            } else {
              t.Right = t.Right.Insert(key)
            }
            return t
          }
          var tree *Tree
        `,
      },
      {
        code: 'for _, key := range []int{5, 2, 8, 1} { tree = tree.Insert(key) }\ntree.Left.Left.Key',
        result: '1',
      },
      {
        code: go`
          func (t *Tree) Walk(visit func(int)) {
            if t != nil {
              t.Left.Walk(visit)
              visit(t.Key)
              t.Right.Walk(visit)
            }
          }
          keys := []int{}
          tree.Walk(func(key int) { keys = append(keys, key) })
          keys
        `,
        result: '[1 2 5 8]',
      },
    ],
  },
  {
    title: 'keeps aliases, named functions, maps and channels apart',
    cells: [
      { code: 'type Text = string\ntype Handler func(Text) Text\ntype Registry map[Text]Handler' },
      {
        code: go`
          import "strings"
          registry := Registry{"upper": strings.ToUpper}
          registry["upper"]("a")
        `,
        result: 'A',
      },
      {
        code: go`
          func (h Handler) Twice(t Text) Text { return h(h(t)) }
          Handler(func(t Text) Text { return t + "!" }).Twice("hi")
        `,
        result: 'hi!!',
      },
      { code: 'var plain string = Text("same")\nplain, len(registry)', result: 'same, 1' },
    ],
  },
  {
    title: 'keeps types with unexported fields and anonymous structs',
    cells: [
      { code: 'type secret struct{ code int }\ns := secret{7}\npoint := struct{ X, Y int }{1, 2}' },
      { code: 's, point', result: '{code:7}, {X:1 Y:2}' },
      { code: 'point.X = 5\npoint = struct{ X, Y int }{point.X, 9}\npoint, s.code', result: '{X:5 Y:9}, 7' },
      {
        code: go`
          table := []struct {
            in   string
            want int
          }{{"a", 1}, {"bb", 2}}
          for _, row := range table { if len(row.in) != row.want { panic(row.in) } }
          len(table)
        `,
        result: '2',
      },
    ],
  },
];
