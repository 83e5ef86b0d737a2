import { deadline } from '../processes/deadline.ts';
import type { OwnedSandbox } from './owned-sandbox.ts';

/** The wait for a place, and the start itself, have deadlines of their own, which are shorter. */
const START_DEADLINE_MS = 120_000;

interface Start {
  readonly sandbox: Promise<OwnedSandbox>;
  readonly stop: AbortController;
  /** Calls that wait for it. */
  waiting: number;
}

/** The sandbox of calls that name none: made on first use, once for all calls that ask for it at the same time. */
export class DefaultSandbox {
  readonly #make: (signal: AbortSignal) => Promise<OwnedSandbox>;
  #start: Start | undefined;
  /** Undefined while it starts. */
  #id: string | undefined;

  constructor(make: (signal: AbortSignal) => Promise<OwnedSandbox>) {
    this.#make = make;
  }

  /** Where a call is cancelled the others go on waiting; without any, the start is given up. */
  async get(signal: AbortSignal): Promise<OwnedSandbox> {
    const start = (this.#start ??= this.#begin());
    start.waiting += 1;
    try {
      return await deadline(start.sandbox, START_DEADLINE_MS, signal, 'the default sandbox did not start');
    } finally {
      start.waiting -= 1;
      if (signal.aborted && start.waiting === 0 && this.#id === undefined) this.#giveUp(start, signal);
    }
  }

  /** Resolves once none is being started. Rejects where the signal ends the wait. */
  async settled(signal?: AbortSignal): Promise<void> {
    const start = this.#start?.sandbox.catch(() => undefined);
    if (start) await deadline(start, START_DEADLINE_MS, signal, 'the default sandbox did not start');
  }

  /** The next call makes another one. */
  forget(sandboxId: string): void {
    if (sandboxId === this.#id) this.#start = this.#id = undefined;
  }

  #begin(): Start {
    const stop = new AbortController();
    const sandbox = this.#make(stop.signal);
    const start = { sandbox, stop, waiting: 0 };
    sandbox.then(
      ({ id }) => {
        if (this.#start === start) this.#id = id;
      },
      () => {
        if (this.#start === start) this.#start = undefined;
      },
    );
    return start;
  }

  #giveUp(start: Start, { reason }: AbortSignal): void {
    if (this.#start === start) this.#start = undefined;
    start.stop.abort(reason);
  }
}
