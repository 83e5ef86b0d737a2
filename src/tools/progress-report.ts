/** How often a client hears of a running cell's output, at most. */
const INTERVAL_MS = 300;
/** A silent cell is reported this often, so that clients which extend their limit on progress do so. */
const HEARTBEAT_MS = 5000;
const MAX_MESSAGE_BYTES = 4096;

/** Tells the client what a running cell prints, a few times a second. Nothing is sent once it is disposed. */
export class ProgressReport implements Disposable {
  readonly #send: ((message: string) => void) | undefined;
  readonly #startedMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #sentMs = this.#startedMs;
  #waiting = Buffer.alloc(0);

  constructor(send: ((message: string) => void) | undefined) {
    this.#send = send;
    if (send) this.#timer = setInterval(() => this.#tick(send), INTERVAL_MS);
  }

  output(chunk: Buffer): void {
    if (!this.#send) return;
    this.#waiting = Buffer.concat([this.#waiting, chunk.subarray(-MAX_MESSAGE_BYTES)]).subarray(
      -MAX_MESSAGE_BYTES,
    );
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(send: (message: string) => void): void {
    const nowMs = performance.now();
    if (this.#waiting.length > 0) send(this.#waiting.toString('utf8'));
    else if (nowMs - this.#sentMs >= HEARTBEAT_MS)
      send(`running for ${String(Math.round((nowMs - this.#startedMs) / 1000))} s`);
    else return;
    this.#waiting = Buffer.alloc(0);
    this.#sentMs = nowMs;
  }
}
