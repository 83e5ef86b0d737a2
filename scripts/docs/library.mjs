// docs/library.md: what src/sdk/index.ts exports, as the declarations of the built library and their comments say it.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { SANDBOX_SETTINGS } from '../../dist/sdk/sandbox-settings.js';
import { toCamelCase } from '../../dist/setting-names.js';
import { renderDefault } from '../../dist/help.js';
import { SETTINGS } from '../../dist/settings.js';

const ENTRY = fileURLToPath(new URL('../../dist/sdk/index.d.ts', import.meta.url));

/** In this order first; then the rest, by name. */
const FIRST = ['Sandbox', 'SandboxOptions', 'CodeInterpreter', 'Codes', 'SupportedLanguage', 'Execution'];

export function renderLibrary(introduction) {
  const program = ts.createProgram([ENTRY], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const entry = checker.getSymbolAtLocation(program.getSourceFile(ENTRY));
  const found = new Map();
  for (const exported of checker.getExportsOfModule(entry)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    found.set(exported.name, { name: exported.name, symbol, declarations: symbol.declarations ?? [] });
  }
  const names = [...new Set([...FIRST, ...[...found.keys()].sort()])];
  const items = names.map((name) => found.get(name) ?? unknown(name));
  const isError = ({ name }) => name.endsWith('Error') && name !== 'ExecutionError';
  return `<!-- Written by npm run docs from src/sdk and scripts/docs/library-introduction.md. -->

${introduction.trim()}

## Settings

Beside its own options, \`Sandbox.create\` takes these. They are [the settings of the server](configuration.md) that concern one sandbox, under their names in a program.

| Option | Default | Allowed | Meaning |
| --- | --- | --- | --- |
${SETTINGS.filter(({ name }) => SANDBOX_SETTINGS.includes(toCamelCase(name)))
  .map(settingRow)
  .join('\n')}

## Errors

Every error that the library throws by itself is a \`SandboxError\` with a \`code\`, a \`message\` and a \`hint\`. What aborts a call by its signal or its time limit is thrown as it is: the reason of the signal, or a \`TimeoutError\`.

| Class | When |
| --- | --- |
${items
  .filter(isError)
  .map((item) => `| \`${item.name}\` | ${inline(commentOf(item.symbol))} |`)
  .join('\n')}

## Reference

${items
  .filter((item) => !isError(item))
  .map(renderItem)
  .join('\n\n')}
`;

  function commentOf(symbol) {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    return text.replaceAll(/\{@link (\w+)\}/g, '`$1`').trim();
  }

  function renderItem({ name, symbol, declarations }) {
    const members = declarations.flatMap((declaration) => membersOf(declaration));
    return [
      `### ${name}`,
      commentOf(symbol),
      `\`\`\`ts\n${declarations.map(signatureOf).join('\n')}\n\`\`\``,
      members.map(renderMember).filter(Boolean).join('\n'),
    ]
      .filter(Boolean)
      .join('\n\n');
  }

  function renderMember(member) {
    const symbol = member.name && checker.getSymbolAtLocation(member.name);
    const text = symbol ? ownComment(member) : '';
    if (!symbol || text === '') return '';
    const call = ts.isMethodDeclaration(member) ? '()' : '';
    return `- \`${member.name.getText()}${call}\`: ${inline(text)}`;
  }

  /** Overloads share a symbol, and each has its own comment. */
  function ownComment(member) {
    const [comment] = ts.getJSDocCommentsAndTags(member);
    const text = ts.getTextOfJSDocComment(comment?.comment) ?? '';
    return text.replaceAll(/\{@link (\w+)\}/g, '`$1`').trim();
  }
}

function membersOf(declaration) {
  return 'members' in declaration ? [...declaration.members].filter(isPublic) : [];
}

function isPublic(member) {
  if (member.name && ts.isPrivateIdentifier(member.name)) return false;
  const isPrivate = ts.canHaveModifiers(member)
    ? ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)
    : false;
  return !isPrivate && !ts.isConstructorDeclaration(member) && !ts.isClassStaticBlockDeclaration(member);
}

/** The declaration without comments and private members. */
function signatureOf(declaration) {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const source = node.getSourceFile();
  const text = (part) => part.getText(source).replaceAll(/\/\*\*[^]*?\*\/\s*/g, '');
  if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return plain(text(node));
  const [kind, heritage] = [
    ts.isClassDeclaration(node) ? 'class' : 'interface',
    (node.heritageClauses ?? []).map((clause) => ` ${text(clause)}`).join(''),
  ];
  const members = membersOf(node).map((member) => `  ${plain(text(member))}`);
  return `${kind} ${node.name.text}${heritage} {\n${members.join('\n')}\n}`;
}

function plain(text) {
  return text.replaceAll(/^(export )?(declare )?/g, '');
}

function inline(text) {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

function settingRow(setting) {
  const { name, allowed, description } = setting;
  return `| \`${toCamelCase(name)}\` | ${renderDefault(setting)} | ${allowed} | ${toProgram(description)} |`;
}

/** Other settings that a description names. */
function toProgram(description) {
  return description.replaceAll(/\b[a-z]+(_[a-z]+)+\b/g, toCamelCase);
}

function unknown(name) {
  throw new Error(`The library exports no ${name}`);
}
