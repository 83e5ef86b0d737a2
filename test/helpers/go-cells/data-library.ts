import { go, type GoSequence } from './sequence.ts';

export const dataLibrary: readonly GoSequence[] = [
  {
    title: 'sorts and searches',
    cells: [
      {
        code: go`
          import (
            "cmp"
            "slices"
            "sort"
          )
          type Person struct {
            Name string
            Age  int
          }
          people := []Person{{"c", 30}, {"a", 30}, {"b", 20}}
        `,
      },
      {
        code: go`
          sort.Slice(people, func(i, j int) bool { return people[i].Name < people[j].Name })
          people
        `,
        result: '[{Name:a Age:30} {Name:b Age:20} {Name:c Age:30}]',
      },
      {
        code: go`
          slices.SortStableFunc(people, func(a, b Person) int { return cmp.Compare(a.Age, b.Age) })
          people[0].Name + people[1].Name + people[2].Name
        `,
        result: 'bac',
      },
      {
        code: 'sort.SearchInts([]int{1, 3, 5, 7}, 5), slices.Contains([]string{"x"}, "x"), slices.Index([]int{4, 5}, 5), slices.Max([]int{3, 9, 2})',
        result: '2, true, 1, 9',
      },
      {
        code: go`
          n, found := slices.BinarySearchFunc(people, 30, func(p Person, age int) int { return p.Age - age })
          n, found, slices.Reverse
        `,
        error: { name: 'CompileError', message: /without instantiation/, line: 2, column: 1 },
      },
    ],
  },
  {
    title: 'computes with time and durations',
    cells: [
      { code: 'import "time"\nstart := time.Date(2024, time.February, 28, 23, 30, 0, 0, time.UTC)' },
      {
        code: go`
          later := start.Add(90 * time.Minute)
          later.Format(time.RFC3339), later.Weekday(), later.YearDay()
        `,
        result: '2024-02-29T01:00:00Z, Thursday, 60',
      },
      { code: 'later.Sub(start), 1500*time.Millisecond, later.After(start)', result: '1h30m0s, 1.5s, true' },
      {
        code: go`
          parsed, err := time.Parse("02 Jan 2006", "05 Mar 2023")
          parsed.Month(), parsed.Unix(), err
        `,
        result: 'March, 1677974400, <nil>',
      },
      {
        code: '_, err = time.ParseDuration("5 apples")\nerr',
        result: 'time: unknown unit " apples" in duration "5 apples"',
      },
      { code: 'start', result: '2024-02-28 23:30:00 +0000 UTC' },
    ],
  },
  {
    title: 'computes with big numbers',
    cells: [
      {
        code: go`
          import "math/big"
          product := big.NewInt(1)
          for i := int64(2); i <= 30; i++ { product.Mul(product, big.NewInt(i)) }
        `,
      },
      { code: 'product.String()', result: '265252859812191058636308480000000' },
      {
        code: go`
          rest := new(big.Int).Mod(product, big.NewInt(1000003))
          rest.Cmp(big.NewInt(1000003)), product.BitLen()
        `,
        result: '-1, 108',
      },
      { code: 'big.NewRat(1, 3).Add(big.NewRat(1, 3), big.NewRat(1, 6))', result: '1/2' },
    ],
  },
  {
    title: 'encodes and decodes',
    cells: [
      {
        code: go`
          import (
            "encoding/base64"
            "encoding/binary"
            "encoding/csv"
            "encoding/hex"
            "strings"
          )
          encoded := base64.StdEncoding.EncodeToString([]byte("hi there"))
          encoded, hex.EncodeToString([]byte("hi"))
        `,
        result: 'aGkgdGhlcmU=, 6869',
      },
      {
        code: 'decoded, err := base64.StdEncoding.DecodeString(encoded)\nstring(decoded), err',
        result: 'hi there, <nil>',
      },
      {
        code: go`
          rows, err := csv.NewReader(strings.NewReader("a,\"b,c\"\n1,2\n")).ReadAll()
          rows, len(rows), err
        `,
        result: '[[a b,c] [1 2]], 2, <nil>',
      },
      {
        code: 'binary.BigEndian.Uint32([]byte{0, 0, 1, 2}), binary.LittleEndian.AppendUint16(nil, 1)[0]',
        result: '258, 1',
      },
      {
        code: go`
          import "encoding/xml"
          type Note struct {
            To   string \`xml:"to,attr"\`
            Body string \`xml:"body"\`
          }
          b, err := xml.Marshal(Note{"a", "<b>"})
          string(b), err
        `,
        result: '<Note to="a"><body>&lt;b&gt;</body></Note>, <nil>',
      },
    ],
  },
  {
    title: 'sends values of the cells through gob and gzip',
    cells: [
      {
        code: go`
          import (
            "bytes"
            "compress/gzip"
            "encoding/gob"
            "io"
          )
          type State struct {
            Name  string
            Marks map[string]int
          }
          var wire bytes.Buffer
          gob.NewEncoder(&wire).Encode(State{"s", map[string]int{"a": 1}})
        `,
        result: '<nil>',
      },
      {
        code: 'var back State\ngob.NewDecoder(&wire).Decode(&back)\nback',
        result: '{Name:s Marks:map[a:1]}',
      },
      {
        code: go`
          var packed bytes.Buffer
          w := gzip.NewWriter(&packed)
          w.Write(bytes.Repeat([]byte("go "), 1000))
          w.Close()
          packed.Len() < 100
        `,
        result: 'true',
      },
      {
        code: go`
          r, err := gzip.NewReader(&packed)
          text, _ := io.ReadAll(r)
          len(text), string(text[:5]), err
        `,
        result: '3000, go go, <nil>',
      },
    ],
  },
  {
    title: 'hashes, and takes heaps, rings and random numbers with a seed',
    cells: [
      {
        code: go`
          import (
            "crypto/sha256"
            "fmt"
            "hash/crc32"
          )
          fmt.Sprintf("%x", sha256.Sum256([]byte("abc")))[:16], crc32.ChecksumIEEE([]byte("abc"))
        `,
        result: 'ba7816bf8f01cfea, 891568578',
      },
      {
        code: go`
          import "container/heap"
          type Heap []int
          func (h Heap) Len() int { return len(h) }
          func (h Heap) Less(i, j int) bool { return h[i] < h[j] }
          func (h Heap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
          func (h *Heap) Push(x any) { *h = append(*h, x.(int)) }
          func (h *Heap) Pop() any { old := *h; x := old[len(old)-1]; *h = old[:len(old)-1]; return x }
          h := &Heap{5, 2, 8}
          heap.Init(h)
          heap.Push(h, 1)
          heap.Pop(h)
        `,
        result: '1',
      },
      { code: 'heap.Pop(h), heap.Pop(h), h.Len()', result: '2, 5, 1' },
      {
        code: go`
          import "math/rand/v2"
          a := rand.New(rand.NewPCG(1, 2))
          b := rand.New(rand.NewPCG(1, 2))
          a.IntN(1000) == b.IntN(1000), a.Perm(3)[0] < 3
        `,
        result: 'true, true',
      },
    ],
  },
];
