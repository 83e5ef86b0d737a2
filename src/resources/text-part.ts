import { SandboxError } from '../errors.ts';
import { wholeCharacters } from '../executions/kept-output.ts';

/** One read gives at most this much. */
const MAX_BYTES = 1_000_000;

/** The part of a text that a URI's query asks for: `lines`, `search` (with line numbers), `offset` in bytes, or the begin. */
export function readText(text: Buffer, path: string, query: URLSearchParams): string {
  for (const name of query.keys()) {
    if (!['lines', 'search', 'offset'].includes(name))
      throw invalid(`unknown parameter ${name.slice(0, 50)}`);
  }
  const lines = query.get('lines');
  const search = query.get('search');
  if (lines === null && search === null) return fromOffset(text, path, query.get('offset') ?? '0');
  const numbered = text
    .toString('utf8')
    .split('\n')
    .map((line, index) => ({ number: index + 1, line }));
  const ranged = lines === null ? numbered : numbered.slice(...range(lines));
  if (search === null) return limited(ranged.map(({ line }) => line));
  const found = ranged
    .filter(({ line }) => line.includes(search))
    .map(({ number, line }) => `${String(number)}: ${line}`);
  return found.length === 0 ? `No line contains ${JSON.stringify(search.slice(0, 200))}.` : limited(found);
}

function fromOffset(text: Buffer, path: string, offset: string): string {
  if (!/^\d{1,15}$/.test(offset) || Number(offset) > text.length) {
    throw invalid(`offset must be a number of bytes from 0 to ${String(text.length)}`);
  }
  const start = Number(offset);
  const part = wholeCharacters(text.subarray(start, start + MAX_BYTES));
  const end = start + part.length;
  if (end >= text.length) return part.toString('utf8');
  const rest = `\n[… bytes ${String(start)}–${String(end)} of ${String(text.length)}; the next part: ${path}?offset=${String(end)} …]\n`;
  return part.toString('utf8') + rest;
}

function range(lines: string): [number, number] {
  const [, first, last] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(lines) ?? [];
  if (first === undefined || Number(first) < 1 || Number(last ?? first) < Number(first)) {
    throw invalid('lines must be a number or a range from 1, such as 100-200');
  }
  return [Number(first) - 1, Number(last ?? first)];
}

function limited(lines: readonly string[]): string {
  let bytes = 0;
  const fitting = lines.findIndex((line) => (bytes += Buffer.byteLength(line) + 1) > MAX_BYTES);
  if (fitting === -1) return lines.join('\n');
  return `${lines.slice(0, fitting).join('\n')}\n[… ${String(lines.length - fitting)} more lines: over 1 MB; ask for a smaller range …]\n`;
}

function invalid(message: string): SandboxError {
  return new SandboxError('INVALID_ARGUMENT', message, {
    hint: 'For example ?lines=100-200, ?search=TEXT or ?offset=1000000',
  });
}
