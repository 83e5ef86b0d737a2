import type { KeepLimits } from '../executions/kept-output.ts';
import type { OutputMessage } from './execution.ts';

/** What a message takes in memory beside its text, about: a program may print a million single characters. */
const MESSAGE_BYTES = 64;

/** The first and last messages of a stream. Memory is bounded whatever is printed, and in whatever pieces. */
export class KeptMessages {
  readonly #limits: KeepLimits;
  readonly #head: OutputMessage[] = [];
  #tail: OutputMessage[] = [];
  /** Messages at the begin of the tail that are given up, so as not to move the others at each turn. */
  #gone = 0;
  #headBytes = 0;
  #tailBytes = 0;
  #leftOutBytes = 0;

  constructor(limits: KeepLimits) {
    this.#limits = limits;
  }

  get leftOutBytes(): number {
    return this.#leftOutBytes;
  }

  append(message: OutputMessage): void {
    const bytes = sizeOf(message);
    if (this.#tail.length === 0 && this.#headBytes + bytes <= this.#limits.headBytes) {
      this.#head.push(message);
      this.#headBytes += bytes;
      return;
    }
    this.#tail.push(message);
    this.#tailBytes += bytes;
    while (this.#tailBytes > this.#limits.tailBytes && this.#gone < this.#tail.length - 1) this.#dropOldest();
  }

  read(): OutputMessage[] {
    const tail = this.#tail.slice(this.#gone);
    if (this.#leftOutBytes === 0) return [...this.#head, ...tail];
    const text = `\n[… ${this.#leftOutBytes} bytes left out …]\n`;
    return [...this.#head, { text, timestamp: tail[0]?.timestamp ?? 0 }, ...tail];
  }

  #dropOldest(): void {
    const oldest = this.#tail[this.#gone];
    if (!oldest) return;
    this.#tailBytes -= sizeOf(oldest);
    this.#leftOutBytes += Buffer.byteLength(oldest.text);
    this.#gone += 1;
    if (this.#gone * 2 < this.#tail.length) return;
    this.#tail = this.#tail.slice(this.#gone);
    this.#gone = 0;
  }
}

function sizeOf({ text }: OutputMessage): number {
  return Buffer.byteLength(text) + MESSAGE_BYTES;
}
