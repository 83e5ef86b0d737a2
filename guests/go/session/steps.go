package session

import (
	"go/ast"
	"go/parser"
	"go/token"
)

type stepKind int

const (
	plainStep  stepKind = iota
	defineStep          // a, b := …
	varStep             // one spec of a var declaration
	valueStep           // the last expressions, whose values are the result
	initStep            // the call of an init function
	mainStep            // the call of main
)

// step is one thing that a cell does when it runs.
type step struct {
	kind       stepKind
	start, end int
	names      []definition
	operator   int    // of :=
	typ        [2]int // of a var spec; empty where it has none
	values     [2]int
	each       [][2]int // the values, where there is one for each name
	uses       []use
	call       string // of init and main
	suffix     string // what makes the values arguments of a call
	group      int    // var specs with nothing but declarations between them have the same number
}

type definition struct {
	name  string
	start int
	fresh bool // this step declares it; otherwise it is assigned to, or blank
}

// callSuffixes let the last expressions end with or without a comma before the line end.
var callSuffixes = []string{"", "\n"}

func (p *parsed) parseStatement(chunk chunk, last bool) []problem {
	if last && p.parseValue(chunk) {
		return nil
	}
	syntax, problems := p.parseChunk(chunk.start, chunk.end, statementPrefix, statementSuffix)
	if problems != nil {
		return problems
	}
	body := syntax.statements()
	plain := &step{kind: plainStep, start: chunk.start, end: chunk.end}
	if len(body) == 1 {
		switch statement := unlabeled(body[0]).(type) {
		case *ast.AssignStmt:
			if statement.Tok == token.DEFINE {
				return p.addDefinition(plain, statement, syntax)
			}
		case *ast.DeclStmt:
			if group, ok := statement.Decl.(*ast.GenDecl); ok && group.Tok == token.VAR {
				p.addVariables(group, syntax)
				return nil
			}
		}
	}
	plain.uses = syntax.uses()
	p.steps = append(p.steps, plain)
	return nil
}

// parseValue takes the chunk as the arguments of a call, which also lets `a, b` and a call with several results be values.
func (p *parsed) parseValue(chunk chunk) bool {
	for _, suffix := range callSuffixes {
		call, err := parser.ParseExpr("f(" + p.text[chunk.start:chunk.end] + suffix + ")")
		if err != nil {
			continue
		}
		if node, ok := call.(*ast.CallExpr); !ok || node.Ellipsis.IsValid() || len(node.Args) == 0 || !isName(node.Fun, "f") {
			continue
		}
		syntax, problems := p.parseChunk(chunk.start, chunk.end, statementPrefix+"_(", suffix+")"+statementSuffix)
		if problems != nil {
			continue
		}
		p.steps = append(p.steps, &step{kind: valueStep, start: chunk.start, end: chunk.end, uses: syntax.uses(), suffix: suffix})
		return true
	}
	return false
}

func isName(expression ast.Expr, name string) bool {
	identifier, ok := expression.(*ast.Ident)
	return ok && identifier.Name == name
}

func (p *parsed) addDefinition(s *step, statement *ast.AssignStmt, syntax *syntax) []problem {
	s.kind, s.operator, s.uses = defineStep, syntax.offset(statement.TokPos), syntax.uses()
	for _, left := range statement.Lhs {
		name, ok := left.(*ast.Ident)
		if !ok {
			start, end := syntax.offset(left.Pos()), syntax.offset(left.End())
			return []problem{{offset: start, message: "non-name " + p.text[start:end] + " on left side of :="}}
		}
		s.names = append(s.names, definition{name: name.Name, start: syntax.offset(name.Pos())})
	}
	p.noteFunctions(statement)
	p.steps = append(p.steps, s)
	return nil
}

func (p *parsed) noteFunctions(statement *ast.AssignStmt) {
	for i, left := range statement.Lhs {
		if i < len(statement.Rhs) {
			if _, literal := statement.Rhs[i].(*ast.FuncLit); literal {
				p.functions[left.(*ast.Ident).Name] = true
			}
		}
	}
}

func (p *parsed) addVariables(group *ast.GenDecl, syntax *syntax) {
	uses := syntax.uses()
	number := p.variableGroup()
	for _, spec := range group.Specs {
		spec := spec.(*ast.ValueSpec)
		s := &step{kind: varStep, start: syntax.offset(spec.Pos()), end: syntax.offset(spec.End()), group: number}
		for _, name := range spec.Names {
			s.names = append(s.names, definition{name: name.Name, start: syntax.offset(name.Pos())})
		}
		if spec.Type != nil {
			s.typ = [2]int{syntax.offset(spec.Type.Pos()), syntax.offset(spec.Type.End())}
		}
		if n := len(spec.Values); n > 0 {
			s.values = [2]int{syntax.offset(spec.Values[0].Pos()), syntax.offset(spec.Values[n-1].End())}
			for _, value := range spec.Values {
				s.each = append(s.each, [2]int{syntax.offset(value.Pos()), syntax.offset(value.End())})
			}
		}
		for _, u := range uses {
			if u.start >= s.start && u.end <= s.end {
				s.uses = append(s.uses, u)
			}
		}
		p.steps = append(p.steps, s)
	}
}

// variableGroup is the number of the group that a var declaration at this place belongs to.
func (p *parsed) variableGroup() int {
	number := 1
	for i := len(p.steps) - 1; i >= 0; i-- {
		if p.steps[i].kind == varStep {
			number = p.steps[i].group
			if i < len(p.steps)-1 {
				number++
			}
			break
		}
	}
	return number
}
