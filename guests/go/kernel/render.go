package main

import (
	"fmt"
	"reflect"
	"strings"
)

const (
	// maxResultBytes is about as much as is shown of one value.
	maxResultBytes = 1 << 20
	// maxNesting is deeper than anything a person reads, and ends at slices and maps that hold themselves.
	maxNesting = 200
)

// render shows the values of the last expression as fmt.Println would, with the names of fields.
func render(values []any) (text string, notes []string) {
	texts := make([]string, len(values))
	for index, value := range values {
		shown, rest := fit(value)
		texts[index] = plainNames(fmt.Sprintf("%+v", shown)) + rest
		if rest != "" {
			notes = append(notes, "the result was cut: it is too large or too deep to be shown whole")
		}
	}
	return strings.Join(texts, ", "), notes
}

// fit is the value, or a part of it that can be shown, and what is to be said of the rest.
func fit(value any) (shown any, rest string) {
	size := &sizer{left: maxResultBytes}
	whole := reflect.ValueOf(value)
	if !whole.IsValid() || size.add(whole, 0) {
		return value, ""
	}
	size.left = maxResultBytes
	switch whole.Kind() {
	case reflect.String:
		return strings.ToValidUTF8(whole.String()[:maxResultBytes], ""), more(whole.Len()-maxResultBytes, "bytes")
	case reflect.Slice, reflect.Array:
		part := reflect.MakeSlice(reflect.SliceOf(whole.Type().Elem()), 0, 0)
		for part.Len() < whole.Len() && size.add(whole.Index(part.Len()), 1) {
			part = reflect.Append(part, whole.Index(part.Len()))
		}
		if part.Len() > 0 {
			return part.Interface(), more(whole.Len()-part.Len(), "elements")
		}
	case reflect.Map:
		part := reflect.MakeMap(whole.Type())
		for entries := whole.MapRange(); entries.Next(); {
			if !size.add(entries.Key(), 1) || !size.add(entries.Value(), 1) {
				break
			}
			part.SetMapIndex(entries.Key(), entries.Value())
		}
		if part.Len() > 0 {
			return part.Interface(), more(whole.Len()-part.Len(), "entries")
		}
	}
	return fmt.Sprintf("(%T)", value), " … (too large or too deep to be shown)"
}

func more(count int, unit string) string {
	return fmt.Sprintf(" … (%d more %s)", count, unit)
}

// sizer counts what fmt would write.
type sizer struct{ left int }

var formatted = []reflect.Type{
	reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[error](), reflect.TypeFor[fmt.Stringer](),
}

// add is false where there is no room left for the value.
func (s *sizer) add(value reflect.Value, depth int) bool {
	s.left -= 8
	if depth > maxNesting || s.left < 0 {
		return false
	}
	if value.CanInterface() {
		for _, form := range formatted {
			if value.Type().Implements(form) {
				return true // its own method writes it
			}
		}
	}
	switch value.Kind() {
	case reflect.String:
		s.left -= value.Len()
	case reflect.Slice, reflect.Array:
		return s.addElements(value, depth)
	case reflect.Map:
		for entries := value.MapRange(); entries.Next(); {
			if !s.add(entries.Key(), depth+1) || !s.add(entries.Value(), depth+1) {
				return false
			}
		}
	case reflect.Struct:
		for index := range value.NumField() {
			s.left -= len(value.Type().Field(index).Name)
			if !s.add(value.Field(index), depth+1) {
				return false
			}
		}
	case reflect.Interface:
		return value.IsNil() || s.add(value.Elem(), depth+1)
	case reflect.Pointer:
		// Deeper ones are shown as addresses.
		return depth > 0 || value.IsNil() || s.add(value.Elem(), depth+1)
	}
	return s.left >= 0
}

func (s *sizer) addElements(value reflect.Value, depth int) bool {
	if kind := value.Type().Elem().Kind(); kind <= reflect.Complex128 && value.Type().Elem().PkgPath() == "" {
		s.left -= 8 * value.Len()
		return s.left >= 0
	}
	for index := range value.Len() {
		if !s.add(value.Index(index), depth+1) {
			return false
		}
	}
	return true
}
