/* Which global names a cell bound. */
import { Session } from 'node:inspector';

const DECLARES = /\b(?:const|let|class|import|enum|namespace|module|using)\b/;
// Names that the cell declares or assigns, at any depth: generous, because only those that are global afterwards count.
const BINDINGS =
  /(?<![.\w$])(?:(?:const|let|var|class|enum|namespace|function)\b[\s*]*([\w$]+)|(?:const|let|var|import)\s*([{[*][^=;]*?)(?:=|from\b)|(?:\+\+|--)([\w$]+)|([\w$]+)\s*(?:=(?![=>])|(?:\*\*|<<|>>>?|&&|\|\||\?\?|[-+*/%&|^])=|\+\+|--))/g;
const IDENTIFIERS = /[A-Za-z_$][\w$]*/g;
// Long data in a cell is not worth scanning for names that were bound before.
const MAX_SCANNED_CHARACTERS = 100_000;
const MAX_NAMES = 10_000;
// `_` and what the compiler makes of a `using` declaration.
const HIDDEN = /^_(?:usingCtx\d*)?$/;

const { getOwnPropertyNames } = Object;
const session = new Session();
session.connect();
const known = new Set();
// Names that cells bound, as opposed to what Node and the guest define.
const own = new Set();

/** Takes the global names that exist now as not being of any cell. */
export function noteOwnNames() {
  for (const name of getOwnPropertyNames(globalThis)) known.add(name);
}

/** The global names that are new since the last call, and older ones that the text of the cell assigns or declares. */
export function listBound(code) {
  try {
    return [...new Set([...newNames(code), ...namesInText(code)])].slice(0, MAX_NAMES);
  } catch {
    return []; // user code has replaced a method that this needs
  }
}

function newNames(code) {
  const found = [];
  const note = (name) => {
    if (known.has(name) || HIDDEN.test(name)) return;
    known.add(name);
    own.add(name);
    found.push(name);
  };
  for (const name of getOwnPropertyNames(globalThis)) note(name);
  if (DECLARES.test(code))
    session.post('Runtime.globalLexicalScopeNames', {}, (failure, reply) => reply?.names.forEach(note));
  return found;
}

function namesInText(code) {
  if (own.size === 0 || code.length > MAX_SCANNED_CHARACTERS) return [];
  const text = [...code.matchAll(BINDINGS)].map(([, ...names]) => names.join(' ')).join(' ');
  return [...text.matchAll(IDENTIFIERS)].map(([name]) => name).filter((name) => own.has(name));
}
