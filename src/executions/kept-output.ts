export interface KeepLimits {
  headBytes: number;
  tailBytes: number;
}

/** What a stream wrote: its first and last bytes, and how many there were. Memory is bounded whatever a guest prints. */
export class KeptOutput {
  readonly #limits: KeepLimits;
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
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
    return this.#bytes - this.#headBytes - this.#tailBytes;
  }

  get keptBytes(): number {
    return this.#headBytes + this.#tailBytes;
  }

  append(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = Math.min(chunk.length, this.#limits.headBytes - this.#headBytes);
    if (room > 0) this.#head.push(chunk.subarray(0, room));
    this.#headBytes += room;
    if (room < chunk.length) this.#appendToTail(chunk.subarray(room));
  }

  /** The kept bytes; where some were dropped, a line between says how many. */
  read(): Buffer {
    const between = this.dropped > 0 ? [Buffer.from(leftOut(this.dropped))] : [];
    return Buffer.concat([...this.#head, ...between, ...this.#tail]);
  }

  /** Text for a reader who takes at most `maxBytes`: all of it, or its begin and end with a line between. */
  excerpt(maxBytes: number): string {
    if (this.#bytes <= maxBytes) return this.read().toString('utf8');
    const half = Math.floor(maxBytes / 2);
    const kept = Buffer.concat([...this.#head, ...this.#tail]);
    const head = wholeCharacters(kept.subarray(0, half));
    const tail = wholeCharacters(kept.subarray(Math.max(kept.length - half, half)));
    return `${head.toString('utf8')}${leftOut(this.#bytes - head.length - tail.length)}${tail.toString('utf8')}`;
  }

  #appendToTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    for (let first = this.#tail[0]; first; first = this.#tail[0]) {
      const over = this.#tailBytes - this.#limits.tailBytes;
      if (over <= 0) return;
      if (first.length > over) this.#tail[0] = first.subarray(over);
      else this.#tail.shift();
      this.#tailBytes -= Math.min(over, first.length);
    }
  }
}

function leftOut(bytes: number): string {
  return `\n[… ${String(bytes)} bytes left out …]\n`;
}

/** Without the parts of a UTF-8 character at either end. */
export function wholeCharacters(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  let end = bytes.length;
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (length > back) end = bytes.length - back;
    break;
  }
  return bytes.subarray(start, Math.max(start, end));
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** A text of at most about `maxBytes`: all of it, or its begin and end with a line between. */
export function cutMiddle(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const output = new KeptOutput({ headBytes: maxBytes, tailBytes: maxBytes });
  output.append(Buffer.from(text));
  return output.excerpt(maxBytes);
}
