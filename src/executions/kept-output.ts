import { Blocks } from './blocks.ts';
import { withoutHalfEnd, withoutHalfStart } from './whole-characters.ts';

export interface KeepLimits {
  headBytes: number;
  tailBytes: number;
}

/**
 * What a stream wrote: its first and last bytes, and how many there were. Memory is bounded whatever a guest prints, and
 * in whatever chunks.
 */
export class KeptOutput {
  readonly #limits: KeepLimits;
  readonly #head = new Blocks();
  /** Up to a block more than is kept of it. */
  readonly #tail = new Blocks();
  #bytes = 0;

  constructor(limits: KeepLimits) {
    this.#limits = limits;
  }

  /** Bytes written, kept or not. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that were dropped between head and tail. */
  get dropped(): number {
    return this.#bytes - this.keptBytes;
  }

  get keptBytes(): number {
    return this.#head.length + Math.min(this.#tail.length, this.#limits.tailBytes);
  }

  /** Copies what is kept of the chunk. */
  append(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const { headBytes, tailBytes } = this.#limits;
    const room = Math.min(chunk.length, headBytes - this.#head.length);
    this.#head.append(chunk, 0, room);
    if (room === chunk.length) return;
    this.#tail.append(chunk, Math.max(room, chunk.length - tailBytes), chunk.length);
    this.#tail.dropAllBut(tailBytes);
  }

  /** The kept bytes; where some were dropped, a line between says how many. */
  read(): Buffer {
    const between = this.dropped > 0 ? [Buffer.from(leftOut(this.dropped))] : [];
    return Buffer.concat([...this.#head.read(), ...between, this.#readTail()]);
  }

  /** Text for a reader who takes at most `maxBytes`: all of it, or its begin and end with a line between. */
  excerpt(maxBytes: number): string {
    if (this.#bytes <= maxBytes) return this.read().toString('utf8');
    const half = Math.floor(maxBytes / 2);
    const kept = Buffer.concat([...this.#head.read(), this.#readTail()]);
    return beginAndEnd(
      kept.subarray(0, half),
      kept.subarray(Math.max(kept.length - half, half)),
      this.#bytes,
    );
  }

  #readTail(): Buffer {
    const tail = Buffer.concat(this.#tail.read());
    return tail.subarray(Math.max(0, tail.length - this.#limits.tailBytes));
  }
}

/** A text of at most about `maxBytes`: all of it, or its begin and end with a line between. */
export function cutMiddle(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  // A character more on the inner side, so that a pair of surrogates is cut as bytes only.
  const half = Math.floor(maxBytes / 2);
  const head = Buffer.from(text.slice(0, half + 1)).subarray(0, half);
  const end = Buffer.from(text.slice(-half - 1));
  return beginAndEnd(head, end.subarray(end.length - half), bytes);
}

function beginAndEnd(begin: Buffer, end: Buffer, bytes: number): string {
  const head = withoutHalfEnd(begin);
  const tail = withoutHalfStart(end);
  return `${head.toString('utf8')}${leftOut(bytes - head.length - tail.length)}${tail.toString('utf8')}`;
}

function leftOut(bytes: number): string {
  return `\n[… ${String(bytes)} bytes left out …]\n`;
}
