import { SandboxError } from '../errors.ts';
import { withoutHalfEnd } from '../executions/whole-characters.ts';

/** One read gives at most this much. */
export const MAX_TEXT_BYTES = 1_000_000;
const MAX_SEARCH_LENGTH = 1000;
/** What the lines that name the next part take, at most. */
const FOOTER_BYTES = 32_768;
const NEWLINE = 10;

interface Source {
  text: Buffer;
  /** The begin of the URI of another part. */
  address: string;
  maxBytes: number;
}

interface LineRange {
  first: number;
  last: number;
  /** The range from a later line on, as a query. */
  from(line: number): string;
}

/**
 * The part of a text that a query asks for: `lines`, `search` (with line numbers), `offset` in bytes, or the begin.
 * Where there is more, its last line names the URI of the next part, which begins with `uri`.
 */
export function readText(
  text: Buffer,
  uri: string,
  query: URLSearchParams,
  maxBytes = MAX_TEXT_BYTES,
): string {
  for (const name of query.keys()) {
    if (!['lines', 'search', 'offset'].includes(name))
      throw invalid(`unknown parameter ${name.slice(0, 50)}`);
  }
  const address = `${uri}${uri.includes('?') ? '&' : '?'}`;
  // In JSON a control character takes six bytes, and a byte that is no UTF-8 three: then less is given.
  for (let bytes = maxBytes; ; bytes >>= 1) {
    const part = readPart({ text, address, maxBytes: bytes }, query);
    if (Buffer.byteLength(JSON.stringify(part)) <= 2 * maxBytes + FOOTER_BYTES) return part;
  }
}

function readPart(source: Source, query: URLSearchParams): string {
  const lines = query.get('lines');
  const search = query.get('search');
  if (lines === null && search === null) return fromOffset(source, query.get('offset') ?? '0');
  const range = toRange(lines ?? '1-');
  return search === null ? linesOf(source, range) : linesWith(source, range, search);
}

function fromOffset({ text, address, maxBytes }: Source, offset: string): string {
  if (!/^\d{1,15}$/.test(offset) || Number(offset) > text.length) {
    throw invalid(`offset must be a number of bytes from 0 to ${String(text.length)}`);
  }
  const start = Number(offset);
  if (text.length - start <= maxBytes) return text.toString('utf8', start);
  const part = withoutHalfEnd(text.subarray(start, start + maxBytes));
  const end = start + part.length;
  const rest = `bytes ${String(start)}–${String(end)} of ${String(text.length)}; the next part: ${address}offset=${String(end)}`;
  return part.toString('utf8') + footer(rest);
}

function linesOf({ text, address, maxBytes }: Source, range: LineRange): string {
  const { first, last } = range;
  const start = skipLines(text, 0, first - 1);
  const asked = text.subarray(start, skipLines(text, start, last - first + 1) - 1);
  if (asked.length <= maxBytes) return asked.toString('utf8');
  const cut = asked.lastIndexOf(NEWLINE, maxBytes);
  if (cut === -1) {
    const lineBytes = indexOrEnd(asked, asked.indexOf(NEWLINE));
    const { part, rest } = cutLine({ text, address, maxBytes }, start, start + lineBytes, first);
    const next = lineBytes < asked.length ? `; the next part: ${address}lines=${range.from(first + 1)}` : '';
    return part + footer(rest + next);
  }
  const shown = countLines(asked.subarray(0, cut));
  const more = countLines(asked) - shown;
  const next = `${String(more)} more lines; the next part: ${address}lines=${range.from(first + shown)}`;
  return asked.toString('utf8', 0, cut) + footer(next);
}

function linesWith(source: Source, range: LineRange, search: string): string {
  if (search.length > MAX_SEARCH_LENGTH) {
    throw invalid(
      `search is ${String(search.length)} characters long; at most ${String(MAX_SEARCH_LENGTH)} are taken`,
    );
  }
  const { text, address, maxBytes } = source;
  const needle = Buffer.from(search);
  const nextPart = (line: number): string =>
    `the next part: ${address}search=${encodeURIComponent(search)}&lines=${range.from(line)}`;
  const start = skipLines(text, 0, range.first - 1);
  const end = skipLines(text, start, range.last - range.first + 1) - 1;
  const found: string[] = [];
  let bytes = 0;
  for (const { line, begin, end: lineEnd, hit } of hits(text.subarray(0, end), needle, start, range.first)) {
    const number = `${String(line)}: `;
    bytes += number.length + lineEnd - begin + 1;
    if (bytes <= maxBytes) found.push(number + text.toString('utf8', begin, lineEnd));
    else if (found.length > 0) return found.join('\n') + footer(`more lines; ${nextPart(line)}`);
    else {
      const { part, rest } = cutLine(source, begin, lineEnd, line);
      const where = `; it is found at ${address}offset=${String(hit)}`;
      const next = lineEnd < end ? `; ${nextPart(line + 1)}` : '';
      return number + part + footer(rest + where + next);
    }
  }
  return found.length === 0 ? `No line contains ${JSON.stringify(search.slice(0, 200))}.` : found.join('\n');
}

/** The lines that contain the needle, from the one that begins at `start` and has the number `first`. */
function* hits(
  text: Buffer,
  needle: Buffer,
  start: number,
  first: number,
): Generator<{ line: number; begin: number; end: number; hit: number }> {
  if (needle.includes(NEWLINE)) return;
  let line = first;
  let begin = start;
  while (begin <= text.length) {
    const hit = needle.length === 0 ? begin : text.indexOf(needle, begin);
    if (hit === -1) return;
    for (let at = begin; at < hit; at += 1) {
      if (text[at] !== NEWLINE) continue;
      line += 1;
      begin = at + 1;
    }
    const end = indexOrEnd(text, text.indexOf(NEWLINE, hit));
    yield { line, begin, end, hit };
    line += 1;
    begin = end + 1;
  }
}

/** The begin of a line that is too long for one part. */
function cutLine(
  { text, address, maxBytes }: Source,
  start: number,
  end: number,
  line: number,
): { part: string; rest: string } {
  const part = withoutHalfEnd(text.subarray(start, Math.min(end, start + maxBytes)));
  const at = start + part.length;
  const rest = `the rest of line ${String(line)} (${String(end - at)} bytes): ${address}offset=${String(at)}`;
  return { part: part.toString('utf8'), rest };
}

function toRange(lines: string): LineRange {
  const [, first, dash, last] = /^(\d{1,9})(?:(-)(\d{1,9})?)?$/.exec(lines) ?? [];
  const to = last === undefined ? (dash === undefined ? Number(first) : Infinity) : Number(last);
  if (first === undefined || Number(first) < 1 || to < Number(first)) {
    throw invalid('lines must be a number or a range from 1, such as 100-200 or 100-');
  }
  return { first: Number(first), last: to, from: (line) => `${String(line)}-${last ?? ''}` };
}

/** Where the line begins that is `count` lines below the one at `from`; one beyond the end where there is none. */
function skipLines(text: Buffer, from: number, count: number): number {
  let at = from;
  for (let left = count; left > 0; at += 1) {
    if (at >= text.length) return text.length + 1;
    if (text[at] === NEWLINE) left -= 1;
  }
  return at;
}

function countLines(text: Buffer): number {
  return text.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 1);
}

function indexOrEnd(text: Buffer, index: number): number {
  return index === -1 ? text.length : index;
}

function footer(text: string): string {
  return `\n[… ${text} …]\n`;
}

function invalid(message: string): SandboxError {
  return new SandboxError('INVALID_ARGUMENT', message, {
    hint: 'For example ?lines=100-200, ?search=TEXT or ?offset=1000000',
  });
}
