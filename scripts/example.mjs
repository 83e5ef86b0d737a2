// Runs an example: npm run example -- quick-start. It is compiled into dist/examples, from where `import 'sandcell'`
// finds the library of this clone. In a project of your own, `npm install sandcell` and your usual way do the same.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const examples = new URL('../examples/', import.meta.url);
const names = readdirSync(examples)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

const name = process.argv[2]?.replace(/\.ts$/, '');
if (!names.includes(name)) {
  process.stderr.write(
    `Which example? npm run example -- NAME, where NAME is one of\n  ${names.join(', ')}\n`,
  );
  process.exit(2);
}

const source = readFileSync(new URL(`${name}.ts`, examples), 'utf8');
const { outputText } = ts.transpileModule(source, {
  compilerOptions: {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  },
});
const folder = new URL('../dist/examples/', import.meta.url);
mkdirSync(folder, { recursive: true });
const file = new URL(`${name}.js`, folder);
writeFileSync(file, outputText);
await import(file.href);
