// Contexts share the files of their sandbox and no variables, whether they are of one language or of several.
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const python = await codes.createContext(SupportedLanguage.PYTHON);
const go = await codes.createContext(SupportedLanguage.GO);

const first = await codes.run("secret = 'of the first'\nprint('Running in Python')", { context: python });
// Go's own println writes to stderr.
const second = await codes.run('package main\nfunc main() { println("Running in Go") }', { context: go });
process.stdout.write(first.logs.stdout[0]?.text ?? '');
process.stdout.write(second.logs.stderr[0]?.text ?? '');

const other = await codes.createContext(SupportedLanguage.PYTHON);
const { error } = await codes.run('secret', { context: other });
console.log(`another context: ${error?.name ?? 'no error'}`);
