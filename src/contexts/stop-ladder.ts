import type { LiveKernel } from '../kernels/live-kernel.ts';

/**
 * Ends one running cell when its time is over or the caller wants no more of it:
 * interrupt, interrupt again, kill. The kernel's answer (done or died) comes through its events.
 */
export class StopLadder implements Disposable {
  readonly #kernel: LiveKernel;
  readonly #signal: AbortSignal;
  readonly #timers: NodeJS.Timeout[] = [];
  #reason: 'timeout' | 'interrupted' | undefined;

  constructor(kernel: LiveKernel, timeoutMs: number, signal: AbortSignal) {
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
    const { repeatMs, killMs, exitDeadlineMs } = this.#kernel.patience;
    for (const ms of repeatMs) {
      this.#after(ms, () => {
        this.#kernel.interrupt();
      });
    }
    this.#after(killMs, () => {
      this.#kernel.kill('killed');
    });
    this.#after(killMs + exitDeadlineMs, () => {
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
