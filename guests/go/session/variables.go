package session

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"sort"
)

// holdUnnamable finds the variables whose type has no name outside its package. They are held as interfaces, which is
// checked again; those that cannot be are problems.
func (u *checkUnit) holdUnnamable() (again bool, problems []problem) {
	for _, name := range u.cell.hoisted {
		object := u.pkg.Scope().Lookup(visibleName(name))
		if object == nil || u.held[name] != nil {
			continue
		}
		_, unnamable := u.typedVariable(u.own[name], object.Type())
		if unnamable == "" {
			continue
		}
		if methods := exportedMethods(object.Type()); methods != nil {
			if _, still := u.typedVariable(u.own[name], methods); still == "" {
				u.held[name], again = methods, true
				u.note("%s is held as an interface: its type %s has no name outside its package", name, unnamable)
				continue
			}
		}
		offset, _ := u.source.origin(u.offset(object.Pos()))
		problems = append(problems, problem{offset: offset, message: fmt.Sprintf("the type of %s (%s) has no name outside its package; "+
			"keep the value in a variable of an interface type, or inside a function", name, unnamable)})
	}
	return again, problems
}

// typedVariable writes `var name T` with its references. It says so where a part of T cannot be named.
func (u *checkUnit) typedVariable(s *symbol, typ types.Type) (d *declaration, unnamable string) {
	packages := map[string]*symbol{}
	text := types.TypeString(typ, func(p *types.Package) string {
		if p == u.pkg {
			return ""
		}
		used := u.session.packageSymbol(p.Path())
		u.packages[p.Path()] = true
		packages[used.name] = used
		return used.name
	})
	expression, err := parser.ParseExpr(text)
	if err != nil {
		return nil, readable(text, u.outdated)
	}
	const keyword = "var "
	head := keyword + s.name + " "
	d = &declaration{kind: varKind, symbols: []*symbol{s}, text: head + text, holdsInterfaces: holdsInterfaces(typ, map[types.Type]bool{})}
	d.references = []reference{{start: len(keyword), end: len(keyword) + len(s.name), symbol: s}}
	plain := map[*ast.Ident]bool{} // names that are those of fields, parameters and methods
	ast.Inspect(expression, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Field:
			for _, name := range node.Names {
				plain[name] = true
			}
		case *ast.SelectorExpr:
			plain[node.Sel] = true
			if !node.Sel.IsExported() {
				unnamable = readable(types.TypeString(typ, types.RelativeTo(u.pkg)), u.outdated)
			}
		case *ast.Ident:
			used := packages[node.Name]
			if used == nil {
				used = u.symbolOf(u.pkg.Scope().Lookup(node.Name))
			}
			if used != nil && !plain[node] {
				start := len(head) + int(node.Pos()) - 1
				d.references = append(d.references, reference{start: start, end: start + len(node.Name), symbol: used})
			}
		}
		return true
	})
	sort.Slice(d.references, func(i, j int) bool { return d.references[i].start < d.references[j].start })
	return d, unnamable
}

// exportedMethods is the interface that a type of another package can be held as, nil where it has no methods for that.
func exportedMethods(typ types.Type) types.Type {
	if !namesType(typ) {
		return nil
	}
	set := types.NewMethodSet(typ)
	var methods []*types.Func
	for i := 0; i < set.Len(); i++ {
		method, ok := set.At(i).Obj().(*types.Func)
		if !ok || !method.Exported() {
			continue
		}
		signature := method.Type().(*types.Signature)
		methods = append(methods, types.NewFunc(method.Pos(), method.Pkg(), method.Name(),
			types.NewSignatureType(nil, nil, nil, signature.Params(), signature.Results(), signature.Variadic())))
	}
	if len(methods) == 0 {
		return nil
	}
	return types.NewInterfaceType(methods, nil).Complete()
}

// namesType is true for a named type and a pointer to one.
func namesType(typ types.Type) bool {
	typ = types.Unalias(typ)
	if pointer, ok := typ.(*types.Pointer); ok {
		typ = types.Unalias(pointer.Elem())
	}
	_, ok := typ.(*types.Named)
	return ok
}

// holdsInterfaces leaves errors aside, which hardly ever hold types of the session.
func holdsInterfaces(typ types.Type, seen map[types.Type]bool) bool {
	if seen[typ] || types.Identical(typ, types.Universe.Lookup("error").Type()) {
		return false
	}
	seen[typ] = true
	switch under := typ.Underlying().(type) {
	case *types.Interface:
		return true
	case *types.Pointer:
		return holdsInterfaces(under.Elem(), seen)
	case *types.Slice:
		return holdsInterfaces(under.Elem(), seen)
	case *types.Array:
		return holdsInterfaces(under.Elem(), seen)
	case *types.Chan:
		return holdsInterfaces(under.Elem(), seen)
	case *types.Map:
		return holdsInterfaces(under.Key(), seen) || holdsInterfaces(under.Elem(), seen)
	case *types.Struct:
		if named, ok := types.Unalias(typ).(*types.Named); ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() != unitPath {
			return false // of a library
		}
		for i := 0; i < under.NumFields(); i++ {
			if holdsInterfaces(under.Field(i).Type(), seen) {
				return true
			}
		}
	}
	return false
}
