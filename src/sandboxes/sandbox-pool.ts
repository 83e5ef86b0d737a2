import PQueue from 'p-queue';
import { SandboxError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { deadline } from '../processes/deadline.ts';
import type { Sandbox, SandboxDriver } from './sandbox.ts';

export interface PoolLimits {
  /** Sandboxes in use at once, the spare not counted. */
  maxSandboxes: number;
}

/** Sandboxes started at once: more would only make each of them slower. */
const CONCURRENT_STARTS = 4;

/** The spare waits this long, so that it does not compete with the call that has just taken the last one. */
const REFILL_DELAY_MS = 100;

/** The start of a sandbox and of its warm kernel have deadlines of their own, which are shorter. */
const SPARE_DEADLINE_MS = 60_000;

interface Spare {
  /** Undefined where it could not be started; never rejects. */
  readonly ready: Promise<Sandbox | undefined>;
  /** A call waits for it, and it alone. */
  isClaimed: boolean;
}

/**
 * The sandboxes of the whole server. After the first use one spare stands ready with a warm kernel;
 * a spare belongs to nobody and shows in no list until it is taken.
 */
export class SandboxPool implements AsyncDisposable {
  readonly #driver: SandboxDriver;
  readonly #limits: PoolLimits;
  readonly #logger: Logger;
  readonly #starts = new PQueue({ concurrency: CONCURRENT_STARTS });
  /** Every started sandbox, the spare too, until it has been told to end. */
  readonly #live = new Set<Sandbox>();
  readonly #ending = new Map<Sandbox, Promise<void>>();
  readonly #inUse = new Set<Sandbox>();
  readonly #disposal = new AbortController();
  #reserved = 0;
  #spare: Spare | undefined;
  #refill: NodeJS.Timeout | undefined;

  constructor(driver: SandboxDriver, limits: PoolLimits, logger: Logger) {
    this.#driver = driver;
    this.#limits = limits;
    this.#logger = logger;
  }

  /** A sandbox of the caller's own, who gives it back to {@link release}. Throws `SERVER_LIMIT_REACHED`, `ISOLATION_UNAVAILABLE`. */
  async acquire(signal: AbortSignal): Promise<Sandbox> {
    const either = AbortSignal.any([signal, this.#disposal.signal]);
    either.throwIfAborted();
    if (this.#inUse.size + this.#reserved >= this.#limits.maxSandboxes) {
      throw new SandboxError(
        'SERVER_LIMIT_REACHED',
        `All ${String(this.#limits.maxSandboxes)} sandboxes of this server are in use (max_sandboxes)`,
        { hint: 'Kill a sandbox you no longer need with kill_sandbox, or try again later.' },
      );
    }
    this.#reserved += 1;
    try {
      const sandbox = (await this.#takeSpare(either)) ?? (await this.#start(either));
      if (either.aborted) await this.release(sandbox);
      either.throwIfAborted();
      this.#inUse.add(sandbox);
      this.#refillLater();
      return sandbox;
    } finally {
      this.#reserved -= 1;
    }
  }

  /** Ends a sandbox and everything in it. Throws what its disposal throws, after having logged it. */
  async release(sandbox: Sandbox): Promise<void> {
    this.#inUse.delete(sandbox);
    if (this.#live.delete(sandbox)) this.#ending.set(sandbox, this.#end(sandbox));
    await this.#ending.get(sandbox);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#refill);
    this.#disposal.abort(new Error('the server is shutting down'));
    // A spare that still warms up is among them: its warm-up ends with it.
    await Promise.allSettled([...this.#ending.values(), ...[...this.#live].map((s) => this.release(s))]);
    await this.#starts.onIdle();
  }

  async #end(sandbox: Sandbox): Promise<void> {
    try {
      await sandbox[Symbol.asyncDispose]();
    } catch (error) {
      this.#logger.warn('a sandbox did not end well', { sandbox: sandbox.id, error });
      throw error;
    } finally {
      this.#ending.delete(sandbox);
    }
  }

  /** The spare stays where the signal ends the wait for it. */
  async #takeSpare(signal: AbortSignal): Promise<Sandbox | undefined> {
    const spare = this.#spare;
    if (!spare || spare.isClaimed) return undefined;
    spare.isClaimed = true;
    try {
      const sandbox = await deadline(
        spare.ready,
        SPARE_DEADLINE_MS,
        signal,
        'the spare sandbox did not start',
      );
      this.#spare = undefined;
      return sandbox;
    } finally {
      spare.isClaimed = false;
    }
  }

  async #start(signal: AbortSignal): Promise<Sandbox> {
    // No signal for the queue: it would let go of a start that still goes on, and of the sandbox that comes of it.
    return await this.#starts.add(async () => {
      signal.throwIfAborted();
      const sandbox = await this.#driver.createSandbox(signal);
      this.#live.add(sandbox);
      if (signal.aborted) await this.release(sandbox);
      signal.throwIfAborted();
      return sandbox;
    });
  }

  #refillLater(): void {
    clearTimeout(this.#refill);
    this.#refill = setTimeout(() => {
      this.#spare ??= { ready: this.#makeSpare(), isClaimed: false };
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
        this.#logger.warn('the spare sandbox could not be started', { error });
      return undefined;
    }
  }
}
