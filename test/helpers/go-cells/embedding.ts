import { compileError, go, type GoSequence } from './sequence.ts';

export const embedding: readonly GoSequence[] = [
  {
    title: 'promotes fields and methods of an embedded type of an earlier cell',
    cells: [
      {
        code: go`
          type Animal struct{ Name string }
          func (a Animal) Hello() string { return "I am " + a.Name }
          func (a *Animal) Rename(to string) { a.Name = to }
        `,
      },
      { code: 'type Dog struct {\n  Animal\n  Age int\n}\nd := Dog{Animal{"Rex"}, 3}' },
      { code: 'd.Rename("Max")\nd.Hello(), d.Name, d', result: 'I am Max, Max, {Animal:{Name:Max} Age:3}' },
      {
        code: go`
          func (d Dog) Hello() string { return d.Animal.Hello() + ", a dog" }
          Dog{Animal{"Bo"}, 1}.Hello()
        `,
        result: 'I am Bo, a dog',
      },
    ],
  },
  {
    title: 'embeds pointers and interfaces',
    cells: [
      {
        code: go`
          import "fmt"
          type Base struct{ id int }
          func (b *Base) ID() int { return b.id }
          type Wrap struct{ *Base }
          w := Wrap{&Base{7}}
          w.ID()
        `,
        result: '7',
      },
      { code: 'w.Base.id = 8\nw.ID()', result: '8' },
      {
        code: go`
          type Named struct {
            fmt.Stringer
            N int
          }
          type T string
          func (t T) String() string { return "T:" + string(t) }
          Named{T("x"), 1}
        `,
        result: 'T:x',
      },
      { code: 'Named{N: 2}.Stringer == nil', result: 'true' },
    ],
  },
  {
    title: 'composes interfaces over cells',
    cells: [
      { code: 'type Reader interface{ Read() string }\ntype Writer interface{ Write(string) }' },
      { code: 'type Both interface {\n  Reader\n  Writer\n}' },
      {
        code: go`
          type File struct{ text string }
          func (f *File) Read() string { return f.text }
          func (f *File) Write(s string) { f.text += s }
          var b Both = &File{}
        `,
      },
      { code: 'b.Write("a")\nb.Write("b")\nvar r Reader = b\nr.Read()', result: 'ab' },
      { code: '_, writes := r.(Writer)\nwrites', result: 'true' },
    ],
  },
  {
    title: 'shadows an embedded field, and tells ambiguous ones',
    cells: [
      {
        code: go`
          type A struct{ X, Only int }
          type B struct{ X int }
          type C struct {
            A
            B
          }
          type D struct {
            A
            X string
          }
        `,
      },
      { code: 'd := D{A{1, 2}, "own"}\nd.X, d.A.X, d.Only', result: 'own, 1, 2' },
      { code: 'C{}.X', error: compileError('ambiguous selector C{}.X', 1, 5) },
      { code: 'c := C{A{3, 4}, B{5}}\nc.A.X + c.B.X', result: '8' },
    ],
  },
  {
    title: 'embeds a lock, and uses it from goroutines of two cells',
    cells: [
      {
        code: go`
          import "sync"
          type Safe struct {
            sync.Mutex
            counts map[string]int
          }
          func (s *Safe) Add(key string) {
            s.Lock()
            defer s.Unlock()
            s.counts[key]++
          }
          safe := Safe{counts: map[string]int{}}
          var group sync.WaitGroup
        `,
      },
      { code: 'for range 50 {\n  group.Add(1)\n  go func() { defer group.Done(); safe.Add("k") }()\n}' },
      {
        code: go`
          for range 50 {
            group.Add(1)
            go func() { defer group.Done(); safe.Add("k") }()
          }
          group.Wait()
          safe.counts
        `,
        result: 'map[k:100]',
      },
    ],
  },
  {
    title: 'reaches an embedding type with a method that is replaced later',
    needs: 'prelinked',
    cells: [
      {
        code: go`
          type Inner struct{ v int }
          func (i Inner) Get() int { return i.v }
          type Outer struct{ Inner }
          type Getter interface{ Get() int }
          var g Getter = Outer{Inner{2}}
          g.Get()
        `,
        result: '2',
      },
      { code: 'func (i Inner) Get() int { return -i.v }\ng.Get(), Outer{Inner{5}}.Get()', result: '-2, -5' },
    ],
  },
];
