package session

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
)

func (p *parsed) parseImports(chunk chunk) []problem {
	syntax, problems := p.parseChunk(chunk.start, chunk.end, filePrefix, "\n")
	if problems != nil {
		return problems
	}
	for _, spec := range syntax.file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		offset := syntax.offset(spec.Pos())
		if err != nil || path == "" {
			problems = append(problems, problem{offset: offset, message: "invalid import path: " + spec.Path.Value})
			continue
		}
		if path == "C" {
			problems = append(problems, problem{UnavailableImport, offset, `import "C": cgo is not available in cells`})
			continue
		}
		name := ""
		if spec.Name != nil {
			name = spec.Name.Name
		}
		p.imports = append(p.imports, importSpec{name, path, offset})
	}
	return problems
}

func (p *parsed) parseDeclaration(chunk chunk) []problem {
	syntax, problems := p.parseChunk(chunk.start, chunk.end, filePrefix, "\n")
	if problems != nil {
		return problems
	}
	d := &cellDeclaration{start: chunk.start, end: chunk.end, uses: syntax.uses()}
	var names []*ast.Ident
	switch node := syntax.file.Decls[0].(type) {
	case *ast.FuncDecl:
		if node.Body == nil {
			return []problem{{TypeError, chunk.end, "missing function body"}}
		}
		if node.Recv == nil && node.Name.Name == "init" {
			return p.addInit(d, node, syntax)
		}
		d.kind = funcKind
		if node.Recv != nil {
			d.kind, d.method, d.receiver = methodKind, node.Name.Name, receiverName(node)
			break
		}
		names = []*ast.Ident{node.Name}
	case *ast.GenDecl:
		names = declaredNames(node)
		if d.kind = constKind; node.Tok == token.TYPE {
			d.kind = typeKind
			for _, spec := range node.Specs {
				d.specs = append(d.specs, [2]int{syntax.offset(spec.Pos()), syntax.offset(spec.End())})
			}
		}
	}
	for _, name := range names {
		if name.Name == "_" {
			d.names = append(d.names, "_")
			continue
		}
		if _, twice := p.declared[name.Name]; twice {
			problems = append(problems, problem{TypeError, syntax.offset(name.Pos()), name.Name + " redeclared in this block"})
		}
		p.declared[name.Name] = d.kind
		d.names = append(d.names, name.Name)
	}
	p.declarations = append(p.declarations, d)
	return problems
}

// addInit makes an init function a function of its own name, which is called where it stands, or first in a program.
func (p *parsed) addInit(d *cellDeclaration, node *ast.FuncDecl, syntax *syntax) []problem {
	if node.Type.Params.NumFields() > 0 || node.Type.Results.NumFields() > 0 || node.Type.TypeParams.NumFields() > 0 {
		return []problem{{TypeError, syntax.offset(node.Name.Pos()), "func init must have no arguments and no return values"}}
	}
	number := 0
	for _, s := range p.steps {
		if s.kind == initStep {
			number++
		}
	}
	name := fmt.Sprintf("init%s%d%s%d", letter, p.count, letter, number)
	start := syntax.offset(node.Name.Pos())
	d.kind = funcKind
	d.names = []string{"_"}
	p.renames = append(p.renames, rename{start, start + len("init"), name})
	p.declarations = append(p.declarations, d)
	p.steps = append(p.steps, &step{kind: initStep, start: d.start, end: d.start, call: name + "()"})
	return nil
}

// receiverName is the name of the type that a method belongs to.
func receiverName(function *ast.FuncDecl) string {
	if len(function.Recv.List) == 0 {
		return ""
	}
	expression := function.Recv.List[0].Type
	for {
		switch node := expression.(type) {
		case *ast.StarExpr:
			expression = node.X
		case *ast.ParenExpr:
			expression = node.X
		case *ast.IndexExpr:
			expression = node.X
		case *ast.IndexListExpr:
			expression = node.X
		case *ast.Ident:
			return node.Name
		default:
			return ""
		}
	}
}
