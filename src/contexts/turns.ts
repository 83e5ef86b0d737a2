import PQueue from 'p-queue';

/** One at a time, in the order of asking. */
export class Turns {
  readonly #queue = new PQueue({ concurrency: 1 });

  /** Whether somebody has the turn or waits for it. */
  get busy(): boolean {
    return this.#queue.pending + this.#queue.size > 0;
  }

  /** Waits for the turn; disposing what comes back ends it. Rejects with the signal's reason, giving up the place. */
  async next(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    // The signal may end the waiting only: p-queue would take a turn for ended when its signal aborts, though it is held.
    const waiting = new AbortController();
    const onAbort = (): void => {
      waiting.abort(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return await new Promise((resolve, reject) => {
      const job = (): Promise<void> =>
        new Promise((release) => {
          signal.removeEventListener('abort', onAbort);
          resolve({ [Symbol.dispose]: release });
        });
      this.#queue.add(job, { signal: waiting.signal }).catch(reject);
    });
  }
}
