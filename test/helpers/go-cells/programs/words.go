package main

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const text = `The quick brown fox jumps over the lazy dog.
The dog sleeps; the fox -- quick as ever -- is gone!

Ein Fuchs, zwei Füchse.`

type entry struct {
	word  string
	count int
}

func split(line string) []string {
	return strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return !unicode.IsLetter(r) })
}

func main() {
	scanner := bufio.NewScanner(strings.NewReader(text))
	counts := make(map[string]int)
	lines := 0
	// ---
	for scanner.Scan() {
		lines++
		for _, word := range split(scanner.Text()) {
			counts[word]++
		}
	}
	fmt.Println(lines, len(counts), scanner.Err())
	// ---
	var entries []entry
	for word, count := range counts {
		entries = append(entries, entry{word, count})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(-cmp.Compare(a.count, b.count), strings.Compare(a.word, b.word))
	})
	// ---
	for i, e := range entries[:6] {
		fmt.Printf("%d. %-7s %s\n", i+1, e.word, strings.Repeat("#", e.count))
	}
	longest := slices.MaxFunc(entries, func(a, b entry) int { return cmp.Compare(len(a.word), len(b.word)) })
	fmt.Printf("%+v\n", longest)
	// ---
	lengths := map[int][]string{}
	for _, e := range entries {
		n := len([]rune(e.word))
		lengths[n] = append(lengths[n], e.word)
	}
	fmt.Println(lengths)
}
