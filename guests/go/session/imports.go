package session

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// imports are the packages that names stand for.
type imports struct {
	named  map[string]string // local name to path
	dotted []string
}

// with adds the imports of a cell.
func (i imports) with(more imports) imports {
	all := imports{named: make(map[string]string, len(i.named)+len(more.named))}
	for name, path := range i.named {
		all.named[name] = path
	}
	for name, path := range more.named {
		all.named[name] = path
	}
	again := map[string]bool{}
	for _, path := range more.dotted {
		again[path] = true
	}
	for _, path := range i.dotted {
		if !again[path] {
			all.dotted = append(all.dotted, path)
		}
	}
	all.dotted = append(all.dotted, more.dotted...)
	return all
}

// loadImports resolves the import declarations of a cell.
func (s *Session) loadImports(p *parsed) (here imports, blank []string, failure *CompileError) {
	here = imports{named: map[string]string{}}
	var problems []problem
	for _, spec := range p.imports {
		imported, err := s.importPackage(spec.path)
		if err != nil {
			problems = append(problems, problem{offset: spec.offset, message: importFailure(spec.path, err)})
			continue
		}
		name := spec.name
		if name == "" {
			name = imported.Name()
		}
		switch name {
		case "_":
			blank = append(blank, spec.path)
		case ".":
			here.dotted = append(here.dotted, spec.path)
		default:
			if _, declared := p.declared[name]; declared {
				problems = append(problems, problem{offset: spec.offset, message: name + " redeclared in this block"})
			}
			if path, twice := here.named[name]; twice && path != spec.path {
				problems = append(problems, problem{offset: spec.offset, message: name + " redeclared in this block"})
			}
			here.named[name] = spec.path
		}
	}
	if len(problems) > 0 {
		return here, nil, p.failure(UnavailableImport, problems...)
	}
	return here, blank, nil
}

// importPackage leaves out what is linked into kernels for themselves.
func (s *Session) importPackage(path string) (*types.Package, error) {
	if path == "sandcell" || strings.HasPrefix(path, "sandcell/") {
		return nil, fmt.Errorf("package %s is not in std", path)
	}
	return s.config.Importer.Import(path)
}

func importFailure(path string, err error) string {
	message := err.Error()
	if strings.Contains(message, path) {
		return message
	}
	return fmt.Sprintf("cannot import %s: %s", strconv.Quote(path), message)
}

// packageSymbol gives every package one name of its own, which no user can clash with.
func (s *Session) packageSymbol(path string) *symbol {
	if known := s.packages[path]; known != nil {
		return known
	}
	name := path[strings.LastIndex(path, "/")+1:]
	if imported, err := s.config.Importer.Import(path); err == nil {
		name = imported.Name()
	}
	made := &symbol{name: fmt.Sprintf("%s%sp%d", name, letter, len(s.packages)), kind: packageKind, path: path}
	s.packages[path] = made
	return made
}

// exports tells whether a package has an exported name.
func (s *Session) exports(path, name string) bool {
	imported, err := s.config.Importer.Import(path)
	if err != nil {
		return false
	}
	object := imported.Scope().Lookup(name)
	return object != nil && object.Exported()
}
