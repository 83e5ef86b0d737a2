/** Nothing but pings for this long, and the kernel is asked after. */
const QUIET_MS = 3000;
const ASK_EVERY_MS = 2000;
/** How often in a row a kernel that is not busy must be found before it counts as gone: an answer may be on its way. */
const MISSES = 3;

/**
 * Tells a kernel that runs a quiet cell from one that has ended: the stream of a cell whose kernel has died stays open,
 * and pings go on coming for ever. It asks only while somebody waits for the stream.
 */
export class KernelWatch implements Disposable {
  readonly #ask: (signal: AbortSignal) => Promise<string | undefined>;
  readonly #gone = new AbortController();
  readonly #disposal = new AbortController();
  readonly signal: AbortSignal;
  #timer: NodeJS.Timeout | undefined;
  /** Undefined while nobody waits. */
  #quietSinceMs: number | undefined;
  #misses = 0;

  constructor(ask: (signal: AbortSignal) => Promise<string | undefined>, end: AbortSignal) {
    this.#ask = ask;
    this.signal = AbortSignal.any([end, this.#gone.signal]);
    this.#next();
  }

  get isGone(): boolean {
    return this.#gone.signal.aborted;
  }

  /** Something came that was no ping. */
  heard(): void {
    this.#quietSinceMs = undefined;
    this.#misses = 0;
  }

  /** Passes the lines on. */
  async *over<T>(lines: AsyncIterable<T>): AsyncGenerator<T, void, void> {
    this.#quietSinceMs = performance.now();
    for await (const line of lines) {
      yield line;
      this.#quietSinceMs ??= performance.now();
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#disposal.abort();
  }

  #next(): void {
    this.#timer = setTimeout(() => {
      this.#check().then(
        () => this.#disposal.signal.aborted || this.#next(),
        () => undefined, // disposed meanwhile
      );
    }, ASK_EVERY_MS);
  }

  async #check(): Promise<void> {
    const since = this.#quietSinceMs;
    if (since === undefined || performance.now() - since < QUIET_MS) return;
    const state = await this.#ask(this.#disposal.signal);
    if (this.#quietSinceMs !== since || state === undefined || state === 'busy') this.#misses = 0;
    else this.#misses += 1;
    if (this.#misses >= MISSES) this.#gone.abort(new Error(`the kernel is ${state ?? 'gone'}`));
  }
}
