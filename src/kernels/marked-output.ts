import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Output that comes between two cells is kept for the next one, up to this many bytes a stream. */
const MAX_LATE_BYTES = 64 * 1024;

export interface OutputSink {
  chunk(bytes: Buffer): void;
  /** The end mark of the running cell has arrived, or the stream has ended. */
  ended(): void;
}

/**
 * One of a kernel's output streams, cut into cells by their end marks.
 * A stream is read all the time, also between cells: a full pipe would stop the guest's background threads.
 */
export class MarkedOutput {
  #sink: OutputSink | undefined;
  #mark = Buffer.alloc(0);
  /** The last bytes of the cell's output so far that could be the begin of its mark. */
  #held = Buffer.alloc(0);
  #late: Buffer[] = [];
  #lateBytes = 0;
  #dropped = 0;
  #closed = false;
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    stream.on('error', () => undefined); // its end is told by the kernel's exit
    stream.on('close', () => {
      this.#closed = true;
      const sink = this.#sink;
      this.end();
      sink?.ended();
    });
  }

  /** Takes what arrived since the last cell: the bytes kept, and how many more there were. */
  takeLate(): { bytes: Buffer; dropped: number } {
    const late = { bytes: Buffer.concat(this.#late), dropped: this.#dropped };
    this.#late = [];
    this.#lateBytes = 0;
    this.#dropped = 0;
    return late;
  }

  /** From now on, bytes go to `sink` until `mark` is found in them. */
  begin(mark: string, sink: OutputSink): void {
    if (this.#closed) {
      sink.ended();
      return;
    }
    this.#mark = Buffer.from(mark);
    this.#sink = sink;
  }

  /** Ends the cell without its mark (kernel dead, or background children hold the pipe): what is held goes out. */
  end(): void {
    if (this.#held.length > 0) this.#sink?.chunk(this.#held);
    this.#held = Buffer.alloc(0);
    this.#sink = undefined;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  #receive(chunk: Buffer): void {
    const sink = this.#sink;
    if (!sink) {
      this.#keepLate(chunk);
      return;
    }
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = Buffer.alloc(0);
    const at = bytes.indexOf(this.#mark);
    if (at === -1) {
      const keep = beginOfMark(bytes, this.#mark);
      this.#held = Buffer.from(bytes.subarray(bytes.length - keep));
      if (keep < bytes.length) sink.chunk(bytes.subarray(0, bytes.length - keep));
      return;
    }
    if (at > 0) sink.chunk(bytes.subarray(0, at));
    this.#sink = undefined;
    const rest = bytes.subarray(at + this.#mark.length);
    if (rest.length > 0) this.#keepLate(rest);
    sink.ended();
  }

  #keepLate(chunk: Buffer): void {
    const room = Math.min(chunk.length, MAX_LATE_BYTES - this.#lateBytes);
    if (room > 0) this.#late.push(Buffer.from(chunk.subarray(0, room)));
    this.#lateBytes += room;
    this.#dropped += chunk.length - room;
  }
}

/** How many of the last bytes are the first bytes of `mark`. */
function beginOfMark(bytes: Buffer, mark: Buffer): number {
  const from = Math.max(0, bytes.length - mark.length + 1);
  for (let at = bytes.indexOf(mark[0] ?? 0, from); at !== -1; at = bytes.indexOf(mark[0] ?? 0, at + 1)) {
    if (bytes.subarray(at).equals(mark.subarray(0, bytes.length - at))) return bytes.length - at;
  }
  return 0;
}

/** A line that no program prints by chance: 34 printable bytes. */
export function newMark(): string {
  return `\u007b${randomBytes(16).toString('hex')}\u007d`;
}
