package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
)

type item struct {
	Name  string   `json:"name"`
	Price float64  `json:"price"`
	Tags  []string `json:"tags,omitempty"`
	Stock *int     `json:"stock"`
}

type inventory struct {
	Items []item         `json:"items"`
	Meta  map[string]any `json:"meta"`
}

func (i item) Label() string { return strings.ToUpper(i.Name[:1]) + i.Name[1:] }

const source = `{"items":[{"name":"tea","price":2.5,"tags":["hot","leaf"],"stock":3},{"name":"cup","price":4}],"meta":{"open":true,"since":1999}}`

const page = `{{range .Items}}{{.Label}}: {{printf "%.2f" .Price}}{{with .Tags}} ({{join . ", "}}){{end}}{{if .Stock}} x{{.Stock}}{{else}} none{{end}}
{{end}}{{len .Items}} items
`

func main() {
	var inv inventory
	err := json.Unmarshal([]byte(source), &inv)
	fmt.Println(err, len(inv.Items), inv.Meta)
	// ---
	t := template.Must(template.New("page").Funcs(template.FuncMap{"join": strings.Join}).Parse(page))
	if err := t.Execute(os.Stdout, inv); err != nil {
		fmt.Println(err)
	}
	// ---
	n := 7
	inv.Items[1].Stock = &n
	inv.Items = append(inv.Items, item{Name: "pot", Price: 12})
	delete(inv.Meta, "open")
	// ---
	out, err := json.MarshalIndent(inv, "", "  ")
	fmt.Println(string(out), err)
	// ---
	var wrong item
	err = json.Unmarshal([]byte(`{"name": 5}`), &wrong)
	fmt.Println(err)
	_ = t.Execute(os.Stdout, inv)
}
