import { go, type GoSequence } from './sequence.ts';

export const textLibrary: readonly GoSequence[] = [
  {
    title: 'fills templates that know functions and types of cells',
    cells: [
      {
        code: go`
          import (
            "os"
            "strings"
            "text/template"
          )
          type Item struct {
            Name  string
            Price float64
          }
          func (i Item) Total(n int) float64 { return i.Price * float64(n) }
          page := template.Must(template.New("page").Funcs(template.FuncMap{"up": strings.ToUpper}).Parse(
            \`{{range $i, $x := .}}{{if $i}}, {{end}}{{up $x.Name}}={{printf "%.2f" ($x.Total 2)}}{{else}}nothing{{end}}\`))
        `,
      },
      {
        code: 'page.Execute(os.Stdout, []Item{{"tea", 1.5}, {"milk", 2}})',
        stdout: 'TEA=3.00, MILK=4.00',
        result: '<nil>',
      },
      { code: 'var out strings.Builder\npage.Execute(&out, nil)\nout.String()', result: 'nothing' },
      {
        code: '_, err := template.New("bad").Parse("{{.Name")\nerr',
        result: 'template: bad:1: unclosed action',
      },
    ],
  },
  {
    title: 'matches and replaces by regular expressions of earlier cells',
    cells: [
      { code: 'import "regexp"\npattern := regexp.MustCompile(`(?P<user>\\w+)@(?P<host>[\\w.]+)`)' },
      {
        code: 'pattern.FindStringSubmatch("to ann@example.org now")',
        result: '[ann@example.org ann example.org]',
      },
      { code: 'pattern.ReplaceAllString("a@b, c@d", "${host}:${user}")', result: 'b:a, d:c' },
      {
        code: 'pattern.SubexpNames()[1:], pattern.NumSubexp(), pattern',
        result: '[user host], 2, (?P<user>\\w+)@(?P<host>[\\w.]+)',
      },
      {
        code: '_, err := regexp.Compile("a(b")\nerr',
        result: 'error parsing regexp: missing closing ): `a(b`',
      },
    ],
  },
  {
    title: 'builds strings over cells',
    cells: [
      {
        code: 'import (\n  "fmt"\n  "strings"\n)\nvar b strings.Builder\nb.WriteString("one")',
        result: '3, <nil>',
      },
      {
        code: 'for i := range 3 { fmt.Fprintf(&b, " %d", i) }\nb.WriteByte(33)\nb.String(), b.Len()',
        result: 'one 0 1 2!, 10',
      },
      {
        code: 'strings.Fields(b.String()), strings.Split("a,b,c", ","), strings.TrimFunc("xxaxx", func(r rune) bool { return r == 120 })',
        result: '[one 0 1 2!], [a b c], a',
      },
      {
        code: 'before, after, found := strings.Cut("key=value", "=")\nbefore, after, found',
        result: 'key, value, true',
      },
      {
        code: 'strings.NewReplacer("a", "1", "b", "2").Replace("abc"), strings.EqualFold("Straße", "STRASSE"), strings.Map(func(r rune) rune { return r + 1 }, "HAL")',
        result: '12c, false, IBM',
      },
    ],
  },
  {
    title: 'scans lines and words from readers that live on',
    cells: [
      {
        code: go`
          import (
            "bufio"
            "strings"
          )
          lines := bufio.NewScanner(strings.NewReader("first\nsecond line\n\nlast"))
          lines.Scan()
          lines.Text()
        `,
        result: 'first',
      },
      {
        code: go`
          rest := []string{}
          for lines.Scan() { rest = append(rest, lines.Text()) }
          rest, len(rest), lines.Err()
        `,
        result: '[second line  last], 3, <nil>',
      },
      {
        code: go`
          words := bufio.NewScanner(strings.NewReader(" a b  c "))
          words.Split(bufio.ScanWords)
          n := 0
          for words.Scan() { n++ }
          n
        `,
        result: '3',
      },
      {
        code: go`
          import (
            "fmt"
            "io"
          )
          r := bufio.NewReader(strings.NewReader("12 abc\nrest"))
          var num int
          var word string
          fmt.Fscan(r, &num, &word)
        `,
        result: '2, <nil>',
      },
      { code: 'all, err := io.ReadAll(r)\nnum, word, string(all), err', result: '12, abc, \nrest, <nil>' },
    ],
  },
  {
    title: 'reads nothing from standard input',
    cells: [
      { code: 'import (\n  "bufio"\n  "fmt"\n  "os"\n)\nbufio.NewScanner(os.Stdin).Scan()', result: 'false' },
      { code: 'var n int\nfmt.Scan(&n)', result: '0, EOF' },
    ],
  },
  {
    title: 'converts and formats numbers and text',
    cells: [
      {
        code: go`
          import (
            "fmt"
            "strconv"
            "unicode"
          )
          strconv.Quote("a\n\"ü\""), strconv.FormatInt(255, 16), strconv.ParseFloat("1e3", 64)
        `,
        error: { name: 'CompileError', message: /multiple-value strconv.ParseFloat/, line: 6, column: 56 },
      },
      {
        code: go`
          import (
            "fmt"
            "strconv"
            "unicode"
          )
          strconv.Quote("a\n\"ü\""), strconv.FormatInt(255, 16)
        `,
        result: '"a\\n\\"ü\\"", ff',
      },
      {
        code: 'fmt.Sprintf("%8.3f|%-6d|%+d|%x|%08b|%e|%v|%q|%U|%t|%5s|%c", 3.14159, 42, 7, 255, 5, 12345.678, []int{1}, "q", 0x1F600, true, "ab", 0x4E16)',
        result: '   3.142|42    |+7|ff|00000101|1.234568e+04|[1]|"q"|U+1F600|true|   ab|世',
      },
      {
        code: 'fmt.Sprintf("%#v %T %d%%", map[string]int{"a": 1}, 1.5, 50)',
        result: 'map[string]int{"a":1} float64 50%',
      },
      {
        code: 'fmt.Sprintf("%d %s", "text", 5), unicode.IsUpper(65)',
        result: '%!d(string=text) %!s(int=5), true',
      },
    ],
  },
];
