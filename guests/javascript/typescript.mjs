/* TypeScript to JavaScript with oxc: types go, enums, namespaces, parameter properties and decorators become code. Types are not checked. */
import { createRequire, SourceMap } from 'node:module';
import { versions } from 'node:process';
import { toPlace } from './sources.mjs';

// The native binding itself: the JavaScript around it would look for the C library by reading files that a sandbox need not have.
const BINDING = '../../node_modules/@oxc-transform/binding';

let transform = null;

export function loadTransform() {
  transform ??= createRequire(import.meta.url)(BINDING).transformSync;
  return transform;
}

const OPTIONS = {
  lang: 'ts',
  sourceType: 'module',
  // Newer syntax than the runtime knows (`using`) is lowered.
  target: `node${versions.node.split('.')[0]}`,
  sourcemap: true,
  // A value that is imported in one cell is used in the next one.
  typescript: { onlyRemoveTypeImports: true },
  decorator: { legacy: true, emitDecoratorMetadata: true },
  helpers: { mode: 'External' },
};

/** {text, locate}, or {error: {message, help, line, column}}. */
export function stripTypes(code, name) {
  const { code: text, map, errors } = loadTransform()(name, code, OPTIONS);
  const error = errors.find(({ severity }) => severity === 'Error');
  if (error !== undefined) return { error: describe(error, code) };
  let decoded = null;
  const locate = (line, column) => {
    decoded ??= new SourceMap({ ...map, version: 3, sourcesContent: [] });
    const entry = decoded.findEntry(line - 1, column - 1);
    return entry.originalLine === undefined ? null : [entry.originalLine + 1, entry.originalColumn + 1];
  };
  return { text, locate };
}

function describe({ message, helpMessage, labels }, code) {
  if (labels.length === 0) return { message, help: helpMessage, line: null, column: null };
  // The offsets are of the UTF-8 text.
  const before = Buffer.from(code).subarray(0, labels[0].start).toString();
  const [line, column] = toPlace(code, before.length);
  return { message, help: helpMessage, line, column };
}
