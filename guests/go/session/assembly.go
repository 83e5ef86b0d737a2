package session

import (
	"sort"
	"strings"
)

// assembly is a source text that is put together from pieces of the cell, earlier declarations and generated text.
type assembly struct {
	strings.Builder
	pieces []piece
}

// piece is a part of an assembly that comes from somewhere.
type piece struct {
	start, end int
	origin     int          // in the cell
	length     int          // of the text in the cell
	owner      *declaration // of an earlier cell; then it has no origin
}

func (a *assembly) fromCell(text string, origin, length int) {
	start := a.Len()
	a.WriteString(text)
	a.pieces = append(a.pieces, piece{start, a.Len(), origin, length, nil})
}

func (a *assembly) fromDeclaration(text string, owner *declaration) {
	start := a.Len()
	a.WriteString(text)
	a.pieces = append(a.pieces, piece{start: start, end: a.Len(), owner: owner})
}

// copyCell copies a part of the cell, with its renames.
func (a *assembly) copyCell(r *resolution, start, end int) {
	text := r.cell.text
	at := start
	for i := sort.Search(len(r.renames), func(i int) bool { return r.renames[i].start >= start }); i < len(r.renames); i++ {
		rename := r.renames[i]
		if rename.end > end {
			break
		}
		if rename.start < at { // twice the same: the names of a var spec are definitions and uses
			continue
		}
		a.fromCell(text[at:rename.start], at, rename.start-at)
		a.fromCell(rename.text, rename.start, rename.end-rename.start)
		at = rename.end
	}
	a.fromCell(text[at:end], at, end-at)
}

// origin is where an offset comes from: the piece of the cell at it or, in generated text, after it.
func (a *assembly) origin(offset int) (inCell int, owner *declaration) {
	i := sort.Search(len(a.pieces), func(i int) bool { return a.pieces[i].end > offset })
	if i == len(a.pieces) {
		if i == 0 {
			return 0, nil
		}
		i--
	}
	p := a.pieces[i]
	if offset < p.start {
		return p.origin, nil
	}
	return p.origin + min(offset-p.start, p.length), p.owner
}
