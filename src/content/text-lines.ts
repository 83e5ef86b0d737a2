import { withoutHalfEnd } from '../executions/whole-characters.ts';

const NEWLINE = 10;

export interface LineRange {
  /** From 1. */
  first: number;
  /** Infinity: to the end. */
  last: number;
  maxBytes: number;
}

export interface TakenLines {
  bytes: Buffer;
  /** Number of the last line of which something is there; one less than `first` where the text has no such line. */
  lastLine: number;
  /** How many the text has; undefined where it was not read to the end. */
  lines: number | undefined;
  /** Where the file goes on; undefined where nothing of it is left. */
  next: { line: number } | { offset: number } | undefined;
}

/**
 * Lines of a text in UTF-8 or another encoding that has newlines as single bytes: whole ones as far as they fit. The
 * first one is cut where it alone does not.
 */
export async function takeLines(source: AsyncIterable<Buffer>, range: LineRange): Promise<TakenLines> {
  const taker = new LineTaker(range);
  for await (const chunk of source) if (taker.add(chunk)) break;
  return taker.end();
}

class LineTaker {
  readonly #range: LineRange;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  /** Of what is kept, before the present line. */
  #wholeBytes = 0;
  #line = 1;
  #offset = 0;
  /** Something of the present line has been seen. */
  #hasBegun = false;
  #next: TakenLines['next'];

  constructor(range: LineRange) {
    this.#range = range;
  }

  /** True once no more is needed. */
  add(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length;) {
      const { first, last } = this.#range;
      if (this.#line > last) {
        this.#next = { line: this.#line };
        return true;
      }
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline === -1 ? chunk.length : newline + 1;
      if (this.#line >= first && this.#take(chunk.subarray(at, end), this.#offset + at)) return true;
      this.#hasBegun = newline === -1;
      if (newline !== -1) {
        this.#line += 1;
        this.#wholeBytes = this.#keptBytes;
      }
      at = end;
    }
    this.#offset += chunk.length;
    return false;
  }

  end(): TakenLines {
    const lastLine = this.#hasBegun ? this.#line : this.#line - 1;
    const kept = Buffer.concat(this.#kept).subarray(0, this.#keptBytes);
    const next = this.#next;
    if (next === undefined) return { bytes: kept, lastLine, lines: lastLine, next };
    if ('line' in next) return { bytes: kept, lastLine, lines: undefined, next };
    const bytes = withoutHalfEnd(kept);
    const offset = next.offset - (kept.length - bytes.length);
    return { bytes, lastLine, lines: undefined, next: { offset } };
  }

  /** True where it is full. */
  #take(piece: Buffer, offset: number): boolean {
    const room = this.#range.maxBytes - this.#keptBytes;
    if (piece.length <= room) {
      this.#kept.push(piece);
      this.#keptBytes += piece.length;
      return false;
    }
    if (this.#wholeBytes > 0) {
      this.#keptBytes = this.#wholeBytes;
      this.#hasBegun = false;
      this.#next = { line: this.#line };
      return true;
    }
    this.#kept.push(piece.subarray(0, room));
    this.#keptBytes += room;
    this.#hasBegun = true;
    this.#next = { offset: offset + room };
    return true;
  }
}
