import { go, type GoSequence } from './sequence.ts';

export const tagged: readonly GoSequence[] = [
  {
    title: 'honours struct tags in JSON, and their change',
    cells: [
      {
        code: go`
          import "encoding/json"
          type User struct {
            Name   string \`json:"name"\`
            Age    int    \`json:"age,omitempty"\`
            Email  string \`json:"-"\`
            secret int
          }
          func encode(v any) string { b, err := json.Marshal(v); if err != nil { return err.Error() }; return string(b) }
          encode(User{"a", 0, "e", 1})
        `,
        result: '{"name":"a"}',
      },
      {
        code: go`
          var u User
          err := json.Unmarshal([]byte(\`{"name":"b","age":3,"Email":"x"}\`), &u)
          u, err
        `,
        result: '{Name:b Age:3 Email: secret:0}, <nil>',
      },
      {
        code: go`
          type User struct {
            Name string \`json:"NAME"\`
            Age  int    \`json:"years,string"\`
          }
          encode(User{"c", 4})
        `,
        result: '{"NAME":"c","years":"4"}',
        note: 'variable u',
      },
      {
        code: 'json.Unmarshal([]byte(`{"NAME":5}`), &User{})',
        result: 'json: cannot unmarshal number into Go struct field User.NAME of type string',
      },
    ],
  },
  {
    title: 'encodes nested values, maps and embedded structs',
    cells: [
      {
        code: go`
          import "encoding/json"
          type Meta struct{ ID int \`json:"id"\` }
          type Doc struct {
            Meta
            Tags  []string       \`json:"tags"\`
            Extra map[string]any \`json:"extra,omitempty"\`
            Next  *Doc           \`json:"next"\`
          }
        `,
      },
      {
        code: go`
          b, err := json.Marshal(Doc{Meta{1}, nil, map[string]any{"b": 1.5, "a": nil}, &Doc{}})
          string(b), err
        `,
        result:
          '{"id":1,"tags":null,"extra":{"a":null,"b":1.5},"next":{"id":0,"tags":null,"next":null}}, <nil>',
      },
      {
        code: 'var any1 any\njson.Unmarshal([]byte(`[1,"a",{"k":[true,null]}]`), &any1)\nany1',
        result: '[1 a map[k:[true <nil>]]]',
      },
      {
        code: 'b, _ = json.MarshalIndent(map[string]int{"x": 1}, "", " ")\nstring(b)',
        result: '{\n "x": 1\n}',
      },
    ],
  },
  {
    title: 'calls methods of the cell from the JSON encoder',
    cells: [
      {
        code: go`
          import (
            "encoding/json"
            "strings"
          )
          type Level int
          func (l Level) MarshalText() ([]byte, error) { return []byte(strings.Repeat("*", int(l))), nil }
          func (l *Level) UnmarshalText(b []byte) error { *l = Level(len(b)); return nil }
        `,
      },
      {
        code: 'b, err := json.Marshal(map[Level]Level{2: 3})\nstring(b), err',
        result: '{"**":"***"}, <nil>',
      },
      {
        code: go`
          var levels []Level
          json.Unmarshal([]byte(\`["****",""]\`), &levels)
          len(levels), int(levels[0])
        `,
        result: '2, 4',
      },
    ],
  },
  {
    title: 'reflects on types, tags and methods of cells',
    cells: [
      {
        code: go`
          import "reflect"
          type Row struct {
            Key string \`db:"key" json:"k"\`
            n   int
          }
          func (r Row) Len() int { return r.n }
          func (r *Row) Set(n int) { r.n = n }
        `,
      },
      {
        code: go`
          t := reflect.TypeOf(Row{})
          t, t.Kind(), t.NumField(), t.Field(0).Tag.Get("db"), t.NumMethod()
        `,
        result: 'main.Row, struct, 2, key, 1',
      },
      {
        code: go`
          r := &Row{"a", 5}
          v := reflect.ValueOf(r)
          v.MethodByName("Set").Call([]reflect.Value{reflect.ValueOf(8)})
          v.MethodByName("Len").Call(nil)[0].Int()
        `,
        result: '8',
      },
      {
        code: 'v.Elem().Field(0).SetString("b")\nr.Key, reflect.DeepEqual(r, &Row{"b", 8})',
        result: 'b, true',
      },
    ],
  },
  {
    title: 'compares, copies and uses structs as keys over cells',
    cells: [
      { code: 'type Key struct {\n  A string\n  B int\n}\nseen := map[Key]bool{{"x", 1}: true}' },
      {
        code: 'seen[Key{"x", 1}], seen[Key{"x", 2}], Key{"a", 1} == Key{"a", 1}',
        result: 'true, false, true',
      },
      { code: 'var a, b any = Key{"k", 1}, Key{"k", 1}\na == b', result: 'true' },
      { code: 'var c any = Key{"k", 1}\na == c, map[any]int{a: 1}[c]', result: 'true, 1' },
    ],
  },
];
