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
    return new Promise((resolve, reject) => {
      const job = (): Promise<void> =>
        new Promise((release) => {
          resolve({ [Symbol.dispose]: release });
        });
      this.#queue.add(job, { signal }).catch(reject);
    });
  }
}
