/*
 * Module syntax, which V8's REPL mode does not know, rewritten to calls of the guest's loader. Static imports move to the start of the
 * script, as they are hoisted in a module; their place is left blank, so that every other line and column stays what it was.
 */
import { createRequire } from 'node:module';
import { applyEdits } from './sources.mjs';

const BINDING = '../../node_modules/@oxc-parser/binding';
const LOADER = '__sandcell';

let parse = null;

export function loadParser() {
  parse ??= createRequire(import.meta.url)(BINDING).parseSync;
  return parse;
}

/** {text, locate}, or null where there is nothing to rewrite or the text does not parse: V8 then says why. */
export function rewriteModuleSyntax(text, language) {
  const record = readModuleRecord(text);
  if (record === null) return null;
  const { staticImports, staticExports, dynamicImports, importMetas } = record;
  const edits = [];
  for (const statement of staticImports) edits.push(blank(text, statement.start, statement.end));
  for (const statement of staticExports) edits.push(...exportEdits(text, statement));
  for (const { start } of dynamicImports)
    edits.push({ start, end: start + 'import'.length, text: `${LOADER}.import` });
  for (const { start, end } of importMetas) edits.push({ start, end, text: `${LOADER}.meta` });
  edits.sort((one, other) => one.start - other.start);
  const first = /^#!.*\n?/.exec(text)?.[0].length ?? 0;
  const hoisted = [
    ...staticImports.map((statement) => importText(text, statement, language)),
    ...staticExports.flatMap((statement) => reexportText(text, statement)),
  ];
  edits.unshift(...hoisted.map(({ code, origin }) => ({ start: first, end: first, text: code, origin })));
  return edits.length === 0 ? null : applyEdits(text, edits);
}

export const parsesAsCell = (text) => readModuleRecord(text) !== null;

// A cell is first a module, for `await` and `import`. What only a script may do (`with`, octal literals) can still hold a dynamic import.
function readModuleRecord(text) {
  for (const sourceType of ['module', 'script']) {
    const { module, errors } = loadParser()('cell.js', text, { lang: 'js', sourceType });
    if (errors.length === 0) return module;
  }
  return null;
}

function importText(text, { start, end, moduleRequest, entries }, language) {
  const namespace = entries.find(({ importName }) => importName.kind === 'NamespaceObject');
  const named = entries
    .filter((entry) => entry !== namespace)
    .map(({ importName, localName }) => [
      importName.kind === 'Default' ? 'default' : importName.name,
      localName.value,
    ]);
  const attributes = /^\s*(?:with|assert)\s*(\{[^]*\})/.exec(text.slice(moduleRequest.end, end))?.[1];
  const request = `${JSON.stringify(moduleRequest.value)}, ${attributes === undefined ? 'undefined' : `{ with: ${attributes} }`}`;
  // TypeScript cannot tell a type from a value in another file: a name that is not there stays undefined.
  const isStrict = language === 'javascript';
  let code = '';
  if (namespace !== undefined)
    code += `const ${namespace.localName.value} = await ${LOADER}.import(${request});`;
  if (named.length > 0) {
    const pattern = named.map(([name, local]) => `${JSON.stringify(name)}: ${local}`).join(', ');
    const names = JSON.stringify(named.map(([name]) => name));
    code += `const { ${pattern} } = await ${LOADER}.pick(${request}, ${names}, ${isStrict});`;
  }
  if (entries.length === 0) code += `void await ${LOADER}.import(${request});`;
  return { code, origin: start };
}

function exportEdits(text, { start, end }) {
  const keyword = /^export\s*(?:default\b\s*)?/.exec(text.slice(start, end))[0];
  const rest = text.slice(start + keyword.length, end);
  if (!keyword.includes('default'))
    return [/^[*{]/.test(rest) ? blank(text, start, end) : { start, end: start + keyword.length, text: '' }];
  // A named function or class is declared; anything else is the value of the statement, with a comma so that `{` is an object.
  const isDeclaration = /^(?:async\s+)?(?:function\s*\*?|class)\s+(?!extends\b)[\w$]/.test(rest);
  return [{ start, end: start + keyword.length, text: isDeclaration ? '' : '0, ' }];
}

function reexportText(text, { start, entries }) {
  const request = entries.find(({ moduleRequest }) => moduleRequest !== null)?.moduleRequest;
  return request === undefined
    ? []
    : [{ code: `void await ${LOADER}.import(${JSON.stringify(request.value)});`, origin: start }];
}

function blank(text, start, end) {
  return { start, end, text: text.slice(start, end).replace(/[^\n]/g, ' ') };
}
