/* What rewritten imports call, and `require`: both find modules from the current directory, as if the cell were a file there. */
import { createRequire, isBuiltin } from 'node:module';
import { cwd } from 'node:process';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { constants, Script } from 'node:vm';
import { noteLoaded, runNpm } from './npm.mjs';

/** Name of the file that a cell seems to be. */
export const fileName = () => `${cwd()}/cell.mjs`;

const forDirectory = (make) => {
  let directory = null;
  let made;
  return () => {
    if (directory !== cwd()) made = make((directory = cwd()));
    return made;
  };
};

const currentImport = forDirectory(() =>
  new Script('(specifier, options) => import(specifier, options)', {
    filename: fileName(),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext(),
);
const currentRequire = forDirectory(() => createRequire(fileName()));

/** Where notes of the running cell go; set at the start. */
export const cellNotes = { __proto__: null, note: () => undefined };

/** The object behind the name that rewritten imports use. */
export const loader = Object.freeze({
  __proto__: null,
  npm: (command) => runNpm(command, (text) => cellNotes.note(text)),
  import: (specifier, options) => importModule(specifier, options, new Error()),
  async pick(specifier, options, names, isStrict) {
    const namespace = await importModule(specifier, options, new Error());
    const picked = { __proto__: null };
    for (const name of names) picked[name] = pick(namespace, name, specifier, isStrict);
    return picked;
  },
  get meta() {
    return {
      __proto__: null,
      dirname: cwd(),
      filename: fileName(),
      main: true,
      url: pathToFileURL(fileName()).href,
      resolve: (specifier) =>
        isBuiltin(specifier)
          ? `node:${specifier.replace(/^node:/, '')}`
          : pathToFileURL(currentRequire().resolve(specifier)).href,
    };
  },
});

export const require = Object.assign(
  function require(id) {
    noteLoaded(id);
    return currentRequire()(id);
  },
  { resolve: (...request) => currentRequire().resolve(...request) },
);
Object.defineProperties(require, {
  cache: { get: () => currentRequire().cache },
  extensions: { get: () => currentRequire().extensions },
});

async function importModule(specifier, options, caller) {
  noteLoaded(String(specifier));
  try {
    return await currentImport()(specifier, options);
  } catch (error) {
    // Node's loader starts a stack of its own: what is of interest in it is who asked.
    if (types.isNativeError(error)) {
      const own = String(error.stack).replace(/\n {4}at .*\(?node:internal\/modules\/.*/g, '');
      error.stack = /^ {4}at .*\bcell-\d+\.[jt]s:/m.test(own) ? own : own + caller.stack.replace(/^.*/, '');
    }
    throw error;
  }
}

// CommonJS names that Node's scan of the source missed are properties of the default export.
function pick(namespace, name, specifier, isStrict) {
  if (name in namespace) return namespace[name];
  const { default: whole } = namespace;
  if (whole !== null && (typeof whole === 'object' || typeof whole === 'function') && name in whole)
    return whole[name];
  if (!isStrict) return undefined;
  throw new SyntaxError(`The requested module '${specifier}' does not provide an export named '${name}'`);
}
