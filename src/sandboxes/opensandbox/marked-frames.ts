import { z } from 'zod';
import type { MimeBundle } from '../../executions/execution.ts';

const SEPARATOR = '\u001e';
/** Of one piece of a display; the prelude's own are shorter. */
const MAX_PIECE_LENGTH = 64 * 1024;
/** Of one frame, in characters of base64. */
const MAX_FRAME_LENGTH = 16 * 1024 * 1024;

const bundle = z.record(z.string().max(128), z.string());

/** What a prelude says; `error` is how the language prints what a cell threw. */
const frame = z.union([
  z.strictObject({ display: bundle }),
  z.strictObject({ result: bundle }),
  z.strictObject({ error: z.string() }),
]);

type Part =
  | { type: 'text'; text: string }
  | { type: 'error'; text: string }
  | { type: 'display'; data: MimeBundle }
  | { type: 'result'; data: MimeBundle };

/**
 * Takes what the prelude of a kernel has put into its stdout out of it again. Pieces come in any chunks, with other
 * output between them. What only looks like one stays text.
 */
export class MarkedFrames {
  readonly #begin: string;
  #held = '';
  #number = '';
  #pieces: string[] = [];
  #length = 0;

  constructor(mark: string) {
    this.#begin = `${SEPARATOR}${mark}:`;
  }

  *push(text: string): Generator<Part, void, void> {
    let rest = this.#held + text;
    this.#held = '';
    for (;;) {
      const at = rest.indexOf(SEPARATOR);
      if (at === -1) break;
      if (at > 0) yield { type: 'text', text: rest.slice(0, at) };
      rest = rest.slice(at);
      const end = this.#endOf(rest);
      if (end === undefined) {
        this.#held = rest;
        return;
      }
      const part = end === 0 ? undefined : this.#take(rest.slice(this.#begin.length, end));
      if (part) yield part;
      if (end === 0) yield { type: 'text', text: SEPARATOR };
      rest = rest.slice(end + 1);
    }
    if (rest !== '') yield { type: 'text', text: rest };
  }

  /** What was held back at the end of a cell. */
  *end(): Generator<Part, void, void> {
    if (this.#held !== '') yield { type: 'text', text: this.#held };
    this.#held = '';
    this.#pieces = [];
  }

  /** Where the piece at the beginning of `text` ends; 0 where it is none; undefined where more has to come. */
  #endOf(text: string): number | undefined {
    if (!text.startsWith(this.#begin)) return this.#begin.startsWith(text) ? undefined : 0;
    const end = text.indexOf(SEPARATOR, 1);
    if (end !== -1) return end;
    return text.length > MAX_PIECE_LENGTH ? 0 : undefined;
  }

  #take(piece: string): Part | undefined {
    const [number = '', left = '', data = ''] = piece.split(':');
    if (number !== this.#number) this.#pieces = [];
    if (this.#pieces.length === 0) this.#length = 0;
    this.#number = number;
    this.#length += data.length;
    if (this.#length <= MAX_FRAME_LENGTH) this.#pieces.push(data);
    if (left !== '0') return undefined;
    const whole = Buffer.from(this.#pieces.join(''), 'base64').toString('utf8');
    this.#pieces = [];
    return parse(whole);
  }
}

/** Whatever a cell has made up. */
function parse(text: string): Part | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = frame.safeParse(json);
  if (data === undefined) return undefined;
  if ('error' in data) return { type: 'error', text: data.error };
  return 'display' in data ? { type: 'display', data: data.display } : { type: 'result', data: data.result };
}
