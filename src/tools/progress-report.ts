import { StringDecoder } from 'node:string_decoder';
import { withoutHalfStart } from '../executions/whole-characters.ts';

/** How often a client hears of a running cell's output, at most. */
const INTERVAL_MS = 300;
/** The first output waits this long for more, so that a short cell needs no report at all. */
const FIRST_DELAY_MS = 20;
/** A silent cell is reported this often, so that clients which extend their limit on progress do so. */
const HEARTBEAT_MS = 5000;
const MAX_MESSAGE_BYTES = 4096;

/** Tells the client what a running cell prints, a few times a second. Nothing is sent once it is disposed. */
export class ProgressReport implements Disposable {
  readonly #send: ((message: string) => void) | undefined;
  readonly #startedMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #sentMs = -Infinity;
  #waiting: Buffer = Buffer.alloc(0);
  /** Holds the begin of a character until the rest of it has come. */
  #decoder = new StringDecoder('utf8');

  constructor(send: ((message: string) => void) | undefined) {
    this.#send = send;
    if (!send) return;
    this.#heartbeat = setInterval(() => {
      const seconds = Math.round((performance.now() - this.#startedMs) / 1000);
      send(`running for ${String(seconds)} s`);
    }, HEARTBEAT_MS);
  }

  output(chunk: Buffer): void {
    const send = this.#send;
    if (!send) return;
    const waitingBytes = this.#waiting.length + chunk.length;
    this.#waiting = Buffer.concat([this.#waiting, chunk.subarray(-MAX_MESSAGE_BYTES)]);
    if (waitingBytes > MAX_MESSAGE_BYTES) {
      this.#waiting = withoutHalfStart(this.#waiting.subarray(-MAX_MESSAGE_BYTES));
      this.#decoder = new StringDecoder('utf8'); // what it holds does not end in what is left
    }
    const delayMs = Math.max(FIRST_DELAY_MS, this.#sentMs + INTERVAL_MS - performance.now());
    this.#timer ??= setTimeout(() => this.#sendWaiting(send), delayMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearInterval(this.#heartbeat);
  }

  #sendWaiting(send: (message: string) => void): void {
    const message = this.#decoder.write(this.#waiting);
    if (message !== '') send(message);
    this.#waiting = Buffer.alloc(0);
    this.#sentMs = performance.now();
    this.#timer = undefined;
    this.#heartbeat?.refresh();
  }
}
