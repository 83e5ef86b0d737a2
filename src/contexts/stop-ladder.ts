import type { KernelProcess } from '../kernels/kernel-process.ts';

/**
 * When a cell that does not end is interrupted again, counted from the first interrupt. The first one can be lost: it may
 * come before the guest has begun the cell, or to a C function that ignores it.
 */
const REPEAT_MS = [400, 1500];
/** And when its kernel is killed. */
const KILL_MS = 3000;
/** A killed kernel ends within this time, unless its process hangs in the system. */
export const EXIT_DEADLINE_MS = 10_000;

/**
 * Ends one running cell when its time is over or the caller wants no more of it:
 * interrupt, interrupt again, kill. The kernel's answer (done or died) comes through its events.
 */
export class StopLadder implements Disposable {
  readonly #kernel: KernelProcess;
  readonly #signal: AbortSignal;
  readonly #timers: NodeJS.Timeout[] = [];
  #reason: 'timeout' | 'interrupted' | undefined;

  constructor(kernel: KernelProcess, timeoutMs: number, signal: AbortSignal) {
    this.#kernel = kernel;
    this.#signal = signal;
    this.#after(timeoutMs, () => {
      this.stop('timeout');
    });
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  /** Why the cell was stopped; undefined while nobody wanted it to. */
  get reason(): 'timeout' | 'interrupted' | undefined {
    return this.#reason;
  }

  stop(reason: 'timeout' | 'interrupted'): void {
    if (this.#reason || this.#kernel.cellHasEnded) return;
    this.#reason = reason;
    this.#kernel.interrupt();
    for (const ms of REPEAT_MS) {
      this.#after(ms, () => {
        this.#kernel.interrupt();
      });
    }
    this.#after(KILL_MS, () => {
      this.#kernel.kill('killed');
    });
    this.#after(KILL_MS + EXIT_DEADLINE_MS, () => {
      this.#kernel.abandon();
    });
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.stop('interrupted');
  };

  /** A cell that has ended is left alone while its last output comes. */
  #after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      if (!this.#kernel.cellHasEnded) action();
    }, ms);
    this.#timers.push(timer);
  }
}
