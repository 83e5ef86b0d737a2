import PQueue from 'p-queue';
import { SandboxError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type Limit, type Observer, UNOBSERVED } from '../observer.ts';
import { deadline, DeadlineError } from '../processes/deadline.ts';
import { type Client, FairQueue } from './fair-queue.ts';
import type { Sandbox, SandboxDriver } from './sandbox.ts';

export interface PoolLimits {
  /** Sandboxes in use at once, the spare not counted. */
  maxSandboxes: number;
  /** Of these one named principal has so many at most. */
  maxSandboxesPerPrincipal: number;
  /** How long a call waits where they are all in use. */
  queueTimeoutMs: number;
}

/** Who gets a sandbox. */
export interface SandboxOwner {
  readonly session: string;
  /** Undefined where nobody is told apart: each session then stands for itself. */
  readonly principal: string | undefined;
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
  readonly #observer: Observer;
  readonly #starts = new PQueue({ concurrency: CONCURRENT_STARTS });
  /** Every started sandbox, the spare too, until it has been told to end. */
  readonly #live = new Set<Sandbox>();
  readonly #ending = new Map<Sandbox, Promise<void>>();
  /** Whose they are. */
  readonly #inUse = new Map<Sandbox, Client>();
  readonly #places: FairQueue;
  readonly #disposal = new AbortController();
  #spare: Spare | undefined;
  #refill: NodeJS.Timeout | undefined;

  constructor(driver: SandboxDriver, limits: PoolLimits, logger: Logger, observer: Observer = UNOBSERVED) {
    this.#driver = driver;
    this.#limits = limits;
    this.#logger = logger;
    this.#observer = observer;
    this.#places = new FairQueue(limits.maxSandboxes);
  }

  /** `waiting` are calls that wait for a sandbox. */
  get counts(): { inUse: number; spare: number; waiting: number } {
    const inUse = this.#inUse.size;
    return { inUse, spare: this.#live.size - inUse, waiting: this.#places.length };
  }

  /**
   * A sandbox of the caller's own, who gives it back to {@link release}. Where other owners have them all it waits its turn.
   * Throws `SERVER_LIMIT_REACHED`, `ISOLATION_UNAVAILABLE`.
   */
  async acquire(owner: SandboxOwner, signal: AbortSignal): Promise<Sandbox> {
    const either = AbortSignal.any([signal, this.#disposal.signal]);
    const { session, principal } = owner;
    const client = { session, principal: principal ?? session };
    this.#refuseTooMany(owner);
    await this.#enter(client, either);
    try {
      const spare = await this.#takeSpare(session, either);
      this.#observer.poolAsked('sandboxes', spare !== undefined);
      const sandbox = spare ?? (await this.#start(session, either));
      if (either.aborted) await this.release(sandbox);
      either.throwIfAborted();
      this.#inUse.set(sandbox, client);
      this.#logger.info('a sandbox is in use', { session, sandbox: sandbox.id });
      this.#refillLater();
      return sandbox;
    } catch (error) {
      this.#places.leave(client);
      throw error;
    }
  }

  /** Ends a sandbox and everything in it. Throws what its disposal throws, after having logged it. */
  async release(sandbox: Sandbox): Promise<void> {
    const client = this.#inUse.get(sandbox);
    if (this.#inUse.delete(sandbox) && client) this.#places.leave(client);
    if (this.#live.delete(sandbox)) this.#ending.set(sandbox, this.#end(sandbox, client?.session));
    await this.#ending.get(sandbox);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#refill);
    this.#disposal.abort(new Error('the server is shutting down'));
    // A spare that still warms up is among them: its warm-up ends with it.
    await Promise.allSettled([...this.#ending.values(), ...[...this.#live].map((s) => this.release(s))]);
    await this.#starts.onIdle();
  }

  /** So that nobody who is told apart can have them all. */
  #refuseTooMany({ principal }: SandboxOwner): void {
    const max = this.#limits.maxSandboxesPerPrincipal;
    if (principal === undefined || this.#places.askedBy(principal) < max) return;
    throw limitReached(
      'max_sandboxes_per_principal',
      `This token has ${max} sandboxes, which is the limit (max_sandboxes_per_principal)`,
      'Use a sandbox of this session that list_contexts shows, or kill one you no longer need with kill_sandbox.',
    );
  }

  async #enter(client: Client, signal: AbortSignal): Promise<void> {
    const { maxSandboxes, queueTimeoutMs } = this.#limits;
    if (this.#places.isFullOf(client.session)) {
      throw limitReached(
        'max_sandboxes',
        `All ${maxSandboxes} sandboxes of this server are in use (max_sandboxes), by this session`,
        'Kill a sandbox you no longer need with kill_sandbox.',
      );
    }
    try {
      await this.#places.enter(client, queueTimeoutMs, signal);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw limitReached(
        'max_sandboxes',
        `All ${maxSandboxes} sandboxes of this server are in use (max_sandboxes), and none came free in ${queueTimeoutMs} ms`,
        'Use a sandbox of this session that list_contexts shows, kill one you no longer need with kill_sandbox, or try again later.',
      );
    }
  }

  /** `session` is undefined for one that nobody has used. */
  async #end(sandbox: Sandbox, session: string | undefined): Promise<void> {
    const ids = { sandbox: sandbox.id, ...(session !== undefined && { session }) };
    try {
      await sandbox[Symbol.asyncDispose]();
      if (session !== undefined) this.#logger.info('a sandbox has ended', ids);
    } catch (error) {
      this.#logger.warn('a sandbox did not end well', { ...ids, error });
      throw error;
    } finally {
      this.#ending.delete(sandbox);
    }
  }

  /** The spare stays where the signal ends the wait for it. */
  async #takeSpare(owner: string, signal: AbortSignal): Promise<Sandbox | undefined> {
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
      return sandbox && (await this.#handOver(sandbox, owner, signal));
    } finally {
      spare.isClaimed = false;
    }
  }

  /** Undefined where the spare cannot be used any more: the caller gets a new one. */
  async #handOver(spare: Sandbox, owner: string, signal: AbortSignal): Promise<Sandbox | undefined> {
    try {
      await spare.handOver?.(owner, signal);
      return spare;
    } catch (error) {
      this.#logger.warn('the spare sandbox could not be used', { sandbox: spare.id, error });
      await this.release(spare).catch(() => undefined); // logged
      signal.throwIfAborted();
      return undefined;
    }
  }

  async #start(owner: string | undefined, signal: AbortSignal): Promise<Sandbox> {
    // No signal for the queue: it would let go of a start that still goes on, and of the sandbox that comes of it.
    return await this.#starts.add(async () => {
      signal.throwIfAborted();
      const sandbox = await this.#driver.createSandbox({ owner }, signal);
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
      const sandbox = await this.#start(undefined, this.#disposal.signal);
      await sandbox.warmUp();
      return sandbox;
    } catch (error) {
      if (!this.#disposal.signal.aborted)
        this.#logger.warn('the spare sandbox could not be started', { error });
      return undefined;
    }
  }
}

function limitReached(limit: Limit, message: string, hint: string): SandboxError {
  return new SandboxError('SERVER_LIMIT_REACHED', message, { hint, limit });
}
