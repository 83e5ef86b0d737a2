package session

import (
	"go/ast"
	"go/token"
	"go/types"
	"sort"
)

// renameEmbedded: a field that embeds a type is named after it, which in a check is after its version. A cell that
// selects such a field of an earlier version gets the name of the version. It tells whether there was one.
func (u *checkUnit) renameEmbedded(unknown []token.Pos) (renamed bool) {
	if len(unknown) == 0 {
		return false
	}
	at := map[token.Pos]bool{}
	for _, pos := range unknown {
		at[pos] = true
	}
	ast.Inspect(u.file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			if at[node.Sel.Pos()] && u.renameField(node.Sel, u.info.Types[node.X].Type) {
				renamed = true
			}
		case *ast.CompositeLit:
			for _, element := range node.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok && at[pair.Key.Pos()] {
					if key, ok := pair.Key.(*ast.Ident); ok && u.renameField(key, u.info.Types[node].Type) {
						renamed = true
					}
				}
			}
		}
		return true
	})
	return renamed
}

func (u *checkUnit) renameField(name *ast.Ident, of types.Type) bool {
	if of == nil {
		return false
	}
	for versioned, s := range u.symbols {
		if s.name != name.Name || !u.outdated(versioned) {
			continue
		}
		object, _, _ := types.LookupFieldOrMethod(of, true, u.pkg, versioned)
		if field, ok := object.(*types.Var); ok && field.Embedded() {
			start, owner := u.source.origin(u.offset(name.Pos()))
			if owner == nil {
				u.renames = append(u.renames, rename{start, start + len(name.Name), versioned})
				sort.Slice(u.renames, func(i, j int) bool { return u.renames[i].start < u.renames[j].start })
				return true
			}
		}
	}
	return false
}
