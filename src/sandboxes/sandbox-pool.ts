import PQueue from 'p-queue';
import { SandboxError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Sandbox, SandboxDriver } from './sandbox.ts';

export interface PoolLimits {
  /** Sandboxes in use at once, the spare not counted. */
  maxSandboxes: number;
}

/** Sandboxes started at once: more would only make each of them slower. */
const CONCURRENT_STARTS = 4;

/** The spare waits this long, so that it does not compete with the call that has just taken the last one. */
const REFILL_DELAY_MS = 100;

/**
 * The sandboxes of the whole server. After the first use one spare stands ready with a warm kernel;
 * a spare belongs to nobody and shows in no list until it is taken.
 */
export class SandboxPool implements AsyncDisposable {
  readonly #driver: SandboxDriver;
  readonly #limits: PoolLimits;
  readonly #logger: Logger;
  readonly #starts = new PQueue({ concurrency: CONCURRENT_STARTS });
  readonly #inUse = new Set<Sandbox>();
  readonly #disposal = new AbortController();
  #reserved = 0;
  #spare: Promise<Sandbox | undefined> | undefined;
  #refill: NodeJS.Timeout | undefined;

  constructor(driver: SandboxDriver, limits: PoolLimits, logger: Logger) {
    this.#driver = driver;
    this.#limits = limits;
    this.#logger = logger;
  }

  /** A sandbox of the caller's own, who gives it back to {@link release}. Throws `SERVER_LIMIT_REACHED`, `ISOLATION_UNAVAILABLE`. */
  async acquire(signal: AbortSignal): Promise<Sandbox> {
    this.#disposal.signal.throwIfAborted();
    if (this.#inUse.size + this.#reserved >= this.#limits.maxSandboxes) {
      throw new SandboxError(
        'SERVER_LIMIT_REACHED',
        `All ${String(this.#limits.maxSandboxes)} sandboxes of this server are in use (max_sandboxes)`,
        { hint: 'Kill a sandbox you no longer need with kill_sandbox, or try again later.' },
      );
    }
    this.#reserved += 1;
    try {
      const sandbox = (await this.#takeSpare()) ?? (await this.#start(signal));
      this.#inUse.add(sandbox);
      if (this.#disposal.signal.aborted) await this.release(sandbox); // it came too late to be disposed with the rest
      this.#disposal.signal.throwIfAborted();
      this.#refillLater();
      return sandbox;
    } finally {
      this.#reserved -= 1;
    }
  }

  /** Ends a sandbox and everything in it. */
  async release(sandbox: Sandbox): Promise<void> {
    this.#inUse.delete(sandbox);
    await sandbox[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#refill);
    this.#disposal.abort(new Error('the server is shutting down'));
    const spare = await this.#spare;
    await Promise.all([...this.#inUse, ...(spare ? [spare] : [])].map((sandbox) => this.release(sandbox)));
    await this.#starts.onIdle();
  }

  async #takeSpare(): Promise<Sandbox | undefined> {
    const spare = this.#spare;
    this.#spare = undefined;
    return await spare;
  }

  async #start(signal: AbortSignal): Promise<Sandbox> {
    const either = AbortSignal.any([signal, this.#disposal.signal]);
    // No signal for the queue: it would let go of a start that still goes on, and of the sandbox that comes of it.
    return await this.#starts.add(() => {
      either.throwIfAborted();
      return this.#driver.createSandbox(either);
    });
  }

  #refillLater(): void {
    clearTimeout(this.#refill);
    this.#refill = setTimeout(() => {
      this.#spare ??= this.#makeSpare();
    }, REFILL_DELAY_MS);
    this.#refill.unref();
  }

  async #makeSpare(): Promise<Sandbox | undefined> {
    try {
      const sandbox = await this.#start(this.#disposal.signal);
      await sandbox.warmUp();
      return sandbox;
    } catch (error) {
      if (!this.#disposal.signal.aborted)
        this.#logger.warn('the spare sandbox could not be started', { err: error });
      return undefined;
    }
  }
}
