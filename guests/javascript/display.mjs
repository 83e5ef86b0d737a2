/* Values as mime bundles. */
import { inspect, types } from 'node:util';

const { stringify } = JSON;
const { from, isBuffer } = Buffer;

/** What a cell's value looks like, or null for a cell without one. May run code of the value's own. */
export function toResultFrame(value, cell) {
  if (value === undefined) return null;
  return {
    __proto__: null,
    type: 'result',
    id: cell.id,
    data: { __proto__: null, 'text/plain': toText(value) },
  };
}

/** A value as the Node REPL shows it; never throws. */
export function toText(value) {
  // As in the REPL: the traps of a proxy are not run to show it.
  for (const options of [
    { showProxy: true },
    { showProxy: true, customInspect: false, getters: false, depth: 0 },
  ]) {
    try {
      return inspect(value, options);
    } catch {
      // A custom inspect, or a getter that inspect relies on, threw.
    }
  }
  return `(a value of type ${typeof value} that cannot be shown)`;
}

/** Text and bytes are taken as `mime`; anything else is shown as a result would be, or as JSON where that was asked for. */
export function toBundle(value, mime) {
  if (types.isUint8Array(value)) {
    const bytes = isBuffer(value) ? value : from(value.buffer, value.byteOffset, value.byteLength);
    return bundle(mime ?? sniff(bytes), bytes.toString('base64'));
  }
  if (typeof value === 'string') return bundle(mime ?? 'text/plain', value);
  if (mime !== undefined && /\bjson$/.test(mime)) return bundle(mime, stringify(value) ?? 'null');
  return bundle(mime ?? 'text/plain', toText(value));
}

function bundle(mime, text) {
  return { __proto__: null, [String(mime)]: text };
}

function sniff(bytes) {
  const start = bytes.toString('latin1', 0, 4);
  if (start === '\x89PNG') return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start === 'GIF8') return 'image/gif';
  return 'application/octet-stream';
}
