import { compileError, go, type GoSequence } from './sequence.ts';

export const imports: readonly GoSequence[] = [
  {
    title: 'keeps imports for later cells, and takes them again',
    cells: [
      { code: 'import "strings"' },
      { code: 'strings.ToUpper("a")', result: 'A' },
      {
        code: 'import "strings"\nimport "strconv"\nstrings.Repeat("ab", 2) + strconv.Itoa(3)',
        result: 'abab3',
      },
      { code: 'import (\n  "fmt"\n  "os"\n)\nfmt.Sprintf("%03d", 7)', result: '007' },
    ],
  },
  {
    title: 'imports under another name, by cell',
    cells: [
      {
        code: 'import str "strings"\nfunc up(s string) string { return str.ToUpper(s) }\nup("x")',
        result: 'X',
      },
      { code: 'str.ToLower("Y")', result: 'y' },
      { code: 'import str "strconv"\nstr.Itoa(5), up("z")', result: '5, Z' },
      { code: 'strings.ToUpper("a")', error: compileError('undefined: strings', 1, 1) },
    ],
  },
  {
    title: 'tells packages of one name apart by what a function was declared with',
    cells: [
      { code: 'import r "math/rand"\nfunc roll() int { return r.Intn(1) }\nroll()', result: '0' },
      {
        code: 'import r "crypto/rand"\nn, err := r.Read(make([]byte, 4))\nroll(), n, err',
        result: '0, 4, <nil>',
      },
      {
        code: go`
          import "text/template"
          func bold(s string) string { return template.HTMLEscapeString("<" + s) }
        `,
      },
      { code: 'import "html/template"\nbold("b"), template.HTML("<i>")', result: '&lt;b, <i>' },
    ],
  },
  {
    title: 'imports into the file with a dot, and for effect with a blank',
    cells: [
      { code: 'import . "math"\nSqrt(16)', result: '4' },
      {
        code: 'func hypotenuse(a, b float64) float64 { return Sqrt(a*a + b*b) }\nhypotenuse(3, 4)',
        result: '5',
      },
      { code: 'hypotenuse(6, 8), Abs(-1)', result: '10, 1' },
      {
        code: go`
          import (
            "bytes"
            "image"
            _ "image/png"
          )
          _, kind, err := image.Decode(bytes.NewReader(nil))
          kind == "", err
        `,
        result: 'true, image: unknown format',
      },
    ],
  },
  {
    title: 'does not mind imports that are not used',
    cells: [
      { code: 'import (\n  "bufio"\n  "fmt"\n  "net/url"\n)\n"ok"', result: 'ok' },
      {
        code: 'u, err := url.Parse("http://host/a?b=c")\nu.Host, u.Query()["b"], err',
        result: 'host, [c], <nil>',
      },
    ],
  },
  {
    title: 'lets a variable hide a package for as long as it is there',
    cells: [
      {
        code: go`
          import (
            "fmt"
            "sort"
          )
          func sorted(n ...int) []int { sort.Ints(n); return n }
          sorted(2, 1)
        `,
        result: '[1 2]',
      },
      { code: 'sort := "a variable"\nsort, sorted(4, 3)', result: 'a variable, [3 4]' },
      { code: 'import "sort"\nwords := []string{"b", "a"}\nsort.Strings(words)\nwords', result: '[a b]' },
      {
        code: 'func inner() string { fmt := "local"; return fmt }\ninner(), fmt.Sprint(1)',
        result: 'local, 1',
      },
    ],
  },
  {
    title: 'lets names hide what Go has built in',
    cells: [
      { code: 'len := 3\nlen', result: '3' },
      { code: 'len + 1', result: '4' },
      { code: 'func max(a, b string) string { return a + b }\nmax("x", "y")', result: 'xy' },
      { code: 'type string int\nstring(65)', result: '65' },
      { code: 'true := false\ntrue', result: 'false' },
    ],
  },
  {
    title: 'refuses packages that are not there, and imports nothing then',
    cells: [
      {
        code: 'x := 1\nimport "no/such/package"',
        error: { name: 'ImportError', message: /no\/such\/package/, line: 2, column: 8 },
      },
      {
        code: 'import (\n  "strings"\n  "example.com/mod/pkg"\n)',
        error: { name: 'ImportError', message: /example\.com\/mod\/pkg/, line: 3, column: 3 },
      },
      { code: 'strings.ToUpper("a")', error: compileError('undefined: strings', 1, 1) },
      { code: 'import "fmt"\nfmt.Sprint("fine")', result: 'fine' },
    ],
  },
  {
    title: 'keeps the state of a package over cells that import it',
    cells: [
      { code: 'import "expvar"\nvisits := expvar.NewInt("visits")\nvisits.Add(2)' },
      { code: 'import ev "expvar"\nev.Get("visits")', result: '2' },
      {
        code: go`
          import "encoding/gob"
          gob.Register(map[string]int{})
          import "flag"
          n := flag.Int("n", 5, "usage")
          *n
        `,
        result: '5',
      },
      { code: 'flag.Lookup("n").Usage', result: 'usage' },
      { code: 'import "log"\nimport "os"\nlog.SetFlags(0)\nlog.SetOutput(os.Stdout)' },
      { code: 'log.Print("logged")', stdout: 'logged\n' },
    ],
  },
];
