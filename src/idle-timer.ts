/** Calls back once nothing has held a lease for a while; counts anew after each lease. */
export class IdleTimer implements Disposable {
  readonly #idleMs: number;
  readonly #onIdle: () => Promise<void>;
  #leases = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(idleMs: number, onIdle: () => Promise<void>) {
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
    this.#restart();
  }

  lease(): Disposable {
    this.#leases += 1;
    clearTimeout(this.#timer);
    return {
      [Symbol.dispose]: () => {
        this.#leases -= 1;
        if (this.#leases === 0) this.#restart();
      },
    };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#leases = Infinity; // no lease that ends later starts the timer again
  }

  #restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#onIdle(), this.#idleMs);
    this.#timer.unref();
  }
}
