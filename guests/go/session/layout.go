package session

import (
	"go/types"
	"strings"
)

// layouts are the pairs of types that are being compared: a type can be made of itself.
type layouts map[[2]types.Type]bool

// sameLayout is true for types with the same structure. Types of the session are compared by name and, recursively, by
// structure, tags and methods left aside: memory of one can be read as the other.
func sameLayout(a, b types.Type) bool { return layouts{}.same(a, b) }

func plainName(name string) string {
	plain, _, _ := strings.Cut(name, letter)
	return plain
}

func (l layouts) same(a, b types.Type) bool {
	a, b = types.Unalias(a), types.Unalias(b)
	if types.Identical(a, b) || l[[2]types.Type{a, b}] {
		return true
	}
	l[[2]types.Type{a, b}] = true
	switch a := a.(type) {
	case *types.Named:
		b, ok := b.(*types.Named)
		return ok && l.sameNamed(a, b)
	case *types.Struct:
		b, ok := b.(*types.Struct)
		return ok && l.sameStruct(a, b)
	case *types.Pointer:
		b, ok := b.(*types.Pointer)
		return ok && l.same(a.Elem(), b.Elem())
	case *types.Slice:
		b, ok := b.(*types.Slice)
		return ok && l.same(a.Elem(), b.Elem())
	case *types.Array:
		b, ok := b.(*types.Array)
		return ok && a.Len() == b.Len() && l.same(a.Elem(), b.Elem())
	case *types.Chan:
		b, ok := b.(*types.Chan)
		return ok && a.Dir() == b.Dir() && l.same(a.Elem(), b.Elem())
	case *types.Map:
		b, ok := b.(*types.Map)
		return ok && l.same(a.Key(), b.Key()) && l.same(a.Elem(), b.Elem())
	case *types.Signature:
		b, ok := b.(*types.Signature)
		return ok && a.Variadic() == b.Variadic() && l.same(a.Params(), b.Params()) && l.same(a.Results(), b.Results())
	case *types.Tuple:
		b, ok := b.(*types.Tuple)
		return ok && l.sameTuple(a, b)
	case *types.Interface:
		b, ok := b.(*types.Interface)
		return ok && l.sameInterface(a, b)
	}
	return false
}

func (l layouts) sameNamed(a, b *types.Named) bool {
	if plainName(a.Obj().Name()) != plainName(b.Obj().Name()) || a.Obj().Pkg() != b.Obj().Pkg() || a.TypeArgs().Len() != b.TypeArgs().Len() {
		return false
	}
	for i := 0; i < a.TypeArgs().Len(); i++ {
		if !l.same(a.TypeArgs().At(i), b.TypeArgs().At(i)) {
			return false
		}
	}
	return l.sameTypeParams(a.TypeParams(), b.TypeParams()) && l.same(a.Underlying(), b.Underlying())
}

// sameTypeParams takes the parameters of two generic types for the same, in their order, while their bodies are compared.
func (l layouts) sameTypeParams(a, b *types.TypeParamList) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := 0; i < a.Len(); i++ {
		l[[2]types.Type{a.At(i), b.At(i)}] = true
	}
	return true
}

func (l layouts) sameStruct(a, b *types.Struct) bool {
	if a.NumFields() != b.NumFields() {
		return false
	}
	for i := 0; i < a.NumFields(); i++ {
		if plainName(a.Field(i).Name()) != plainName(b.Field(i).Name()) || !l.same(a.Field(i).Type(), b.Field(i).Type()) {
			return false
		}
	}
	return true
}

func (l layouts) sameTuple(a, b *types.Tuple) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := 0; i < a.Len(); i++ {
		if !l.same(a.At(i).Type(), b.At(i).Type()) {
			return false
		}
	}
	return true
}

// sameInterface: a value holds a table with one entry for each method, sorted by name.
func (l layouts) sameInterface(a, b *types.Interface) bool {
	if a.NumMethods() != b.NumMethods() {
		return false
	}
	for i := 0; i < a.NumMethods(); i++ {
		if a.Method(i).Name() != b.Method(i).Name() || !l.same(a.Method(i).Type(), b.Method(i).Type()) {
			return false
		}
	}
	return true
}
