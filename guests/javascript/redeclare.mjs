/*
 * V8's REPL mode lets a name be declared again only in the way it was declared before: let and class, const, or var and function. A notebook
 * changes its mind (`function f` becomes `const f`), so where V8 refuses a cell for that, which is before it has run any of it, the
 * declaration is rewritten to the kind that the name already has.
 */
import { loadParser } from './imports.mjs';
import { applyEdits } from './sources.mjs';

const REFUSED = /^SyntaxError: Identifier '([^']+)' has already been declared/;

/** The next way to write a script that was refused so, as a stage, or null. `tried` is a record of what was tried for this cell. */
export function redeclare(text, description, tried) {
  const name = REFUSED.exec(description)?.[1];
  if (name === undefined) return null;
  // A var or a function is a property of the global object. Of the others V8 does not say which kind they are.
  for (const kind of Object.hasOwn(globalThis, name) ? ['var'] : ['let', 'const']) {
    const attempt = `${kind} ${name}`;
    if (tried[attempt]) continue;
    tried[attempt] = true;
    const edits = parseProgram(text)?.flatMap((statement) => editsOf(statement, name, kind)) ?? [];
    if (edits.length > 0) return applyEdits(text, edits);
  }
  return null;
}

function parseProgram(text) {
  for (const sourceType of ['module', 'script']) {
    const { program, errors } = loadParser()('cell.js', text, { lang: 'js', sourceType });
    if (errors.length === 0) return JSON.parse(program).node.body;
  }
  return null;
}

function editsOf(statement, name, kind) {
  const { type, start, end } = statement;
  if (type === 'VariableDeclaration') return changeKind(statement, name, kind);
  if (type === 'ForStatement' && statement.init?.type === 'VariableDeclaration')
    return changeKind(statement.init, name, kind);
  if (/^For(In|Of)Statement$/.test(type) && statement.left.type === 'VariableDeclaration')
    return changeKind(statement.left, name, kind);
  const isNamed =
    (type === 'FunctionDeclaration' || type === 'ClassDeclaration') && statement.id?.name === name;
  if (!isNamed || (type === 'ClassDeclaration' && kind === 'let')) return [];
  return [
    { start, end: start, text: `${kind} ${name} = ` },
    { start: end, end, text: ';' },
  ];
}

function changeKind({ kind: before, start, declarations }, name, kind) {
  if (before === kind || !declarations.some(({ id }) => namesIn(id).includes(name))) return [];
  const edits = [{ start, end: start + before.length, text: kind }];
  // `let x;` means undefined, `var x;` means what it was, and `const x;` nothing.
  for (const { id, init, end } of declarations) {
    if (init === null && id.type === 'Identifier' && before !== 'var')
      edits.push({ start: end, end, text: ' = undefined' });
  }
  return edits;
}

function namesIn(pattern) {
  if (pattern === null) return [];
  if (pattern.type === 'Identifier') return [pattern.name];
  if (pattern.type === 'ObjectPattern')
    return pattern.properties.flatMap((property) => namesIn(property.value ?? property.argument));
  if (pattern.type === 'ArrayPattern') return pattern.elements.flatMap(namesIn);
  return namesIn(pattern.left ?? pattern.argument);
}
