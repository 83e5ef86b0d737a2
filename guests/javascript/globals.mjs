/* The names that a cell finds, beside Node's own. */
import { cwd } from 'node:process';
import { fileName, loader, require } from './loader.mjs';
import { babelHelpers } from './helpers.mjs';

const { defineProperty } = Object;

/** Defines them. Returns `rememberValue(value)`, which sets `_` until user code sets it itself. */
export function installGlobals({ language, display }) {
  const module = {
    __proto__: null,
    exports: {},
    id: '.',
    loaded: false,
    children: [],
    paths: [],
    require,
    get filename() {
      return fileName();
    },
  };
  require.main = module;
  hide('__sandcell', { value: loader });
  if (language === 'typescript') hide('babelHelpers', { value: babelHelpers });
  hide('display', { value: display, writable: true, configurable: true });
  hide('require', { value: require, writable: true, configurable: true });
  hide('module', { value: module, writable: true, configurable: true });
  hide('exports', { value: module.exports, writable: true, configurable: true });
  defineValue('__filename', fileName);
  defineValue('__dirname', cwd);
  let last;
  defineValue('_', () => last);
  return (value) => {
    last = value;
  };
}

function hide(name, descriptor) {
  defineProperty(globalThis, name, { __proto__: null, enumerable: false, ...descriptor });
}

// Read anew each time, until user code assigns it.
function defineValue(name, get) {
  hide(name, {
    get,
    configurable: true,
    set: (value) => hide(name, { value, writable: true, configurable: true }),
  });
}
