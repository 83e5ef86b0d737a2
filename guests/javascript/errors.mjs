/* Error frames from whatever was thrown, which need not be an error, and may be hostile. */
import { types } from 'node:util';
import { locate } from './sources.mjs';
import { toText } from './display.mjs';

const MAX_TRACEBACK_LINES = 200;

export function toErrorFrame({ thrown, syntax, compile }, cell) {
  if (syntax !== undefined) return frame(cell, describeSyntax(syntax, cell));
  if (compile !== undefined) return frame(cell, describeCompile(compile, cell));
  const { name, message } = describe(thrown);
  // With own properties and causes, as the Node REPL shows it.
  const text = isError(thrown) ? toText(thrown) : `Uncaught ${toText(thrown)}`;
  const [line, column] = findPlace(thrown, cell);
  return frame(cell, { name, message, text, line, column });
}

function frame({ id }, { name, message, text, line, column }) {
  let traceback = text.split('\n');
  if (traceback.length > MAX_TRACEBACK_LINES) {
    const half = MAX_TRACEBACK_LINES / 2;
    traceback = [
      ...traceback.slice(0, half),
      `    ... ${traceback.length - 2 * half} lines ...`,
      ...traceback.slice(-half),
    ];
  }
  return { __proto__: null, type: 'error', id, name, message, traceback, line, column };
}

function describe(thrown) {
  if (!isError(thrown)) return { name: 'Uncaught', message: toText(thrown) };
  const name = read(thrown, 'name');
  const className = read(read(thrown, 'constructor'), 'name');
  const isPlain = typeof name !== 'string' || name === '' || name === 'Error';
  const message = read(thrown, 'message');
  return {
    name: isPlain && typeof className === 'string' && className !== '' ? className : isPlain ? 'Error' : name,
    message: typeof message === 'string' ? message : toText(message),
  };
}

// Errors of other realms (vm contexts) and DOMException are errors too.
function isError(thrown) {
  try {
    return types.isNativeError(thrown) || thrown instanceof Error;
  } catch {
    return false;
  }
}

function read(object, name) {
  try {
    return object[name];
  } catch {
    return undefined;
  }
}

/** Line and column of the innermost frame of the stack that is in this cell. */
function findPlace(thrown, cell) {
  const stack = isError(thrown) ? read(thrown, 'stack') : undefined;
  if (typeof stack !== 'string') return [null, null];
  const at = new RegExp(`^ {4}at .*\\b${cell.name.replace('.', '\\.')}:(\\d+):(\\d+)\\)?$`, 'm').exec(stack);
  return at === null ? [null, null] : [Number(at[1]), Number(at[2])];
}

function describeSyntax({ exception, lineNumber, columnNumber }, cell) {
  const [, name, message] = /^(\w+): ([^]*?)(?:\n {4}at [^]*)?$/.exec(exception?.description ?? '') ?? [
    null,
    'SyntaxError',
    'Invalid syntax',
  ];
  const [line, column] = clamp(cell.code, ...locate(cell.name, lineNumber + 1, columnNumber + 1));
  return { name, message, line, column, text: pointAt(cell, line, column, `${name}: ${message}`) };
}

// "Unexpected end of input" is found in the comment that follows the cell.
function clamp(code, line, column) {
  const lines = code.split('\n');
  return line <= lines.length ? [line, column] : [lines.length, lines.at(-1).length + 1];
}

function describeCompile({ message, help, line, column }, cell) {
  const text = pointAt(cell, line, column, `SyntaxError: ${message}`);
  return { name: 'SyntaxError', message, line, column, text: help ? `${text}\n${help}` : text };
}

function pointAt({ code, name }, line, column, headline) {
  const source = line === null ? undefined : code.split('\n')[line - 1];
  if (source === undefined) return headline;
  return `${name}:${line}:${column}\n${source}\n${source.slice(0, column - 1).replace(/[^\t]/g, ' ')}^\n\n${headline}`;
}
