import type { Settings } from '../config.ts';
import type { KeepLimits } from '../executions/kept-output.ts';
import { newId } from '../ids.ts';
import type { Sandbox } from '../sandboxes/sandbox.ts';
import { ContextStore } from './context-store.ts';
import { type DriverLease, leaseDriver } from './drivers.ts';
import { SandboxNotFoundError } from './errors.ts';
import { toLogger } from './library-logger.ts';
import type { ReadOptions } from './sandbox-options.ts';

const MIB = 1024 * 1024;

/** A sandbox from its creation to its end: what the public classes of the library share. */
export class LiveSandbox {
  readonly sandbox: Sandbox;
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string>>;
  readonly contexts: ContextStore;
  readonly createdAt = new Date();
  readonly #lease: DriverLease;
  readonly #closing = new AbortController();
  #how: string | undefined;
  #end: Promise<void> | undefined;
  #expiresAt: Date | undefined;
  #expiry: NodeJS.Timeout | undefined;

  private constructor(sandbox: Sandbox, lease: DriverLease, { settings, env }: ReadOptions) {
    this.sandbox = sandbox;
    this.settings = settings;
    this.env = env;
    this.#lease = lease;
    this.contexts = new ContextStore(sandbox, env, this.#closing.signal);
  }

  /** Throws what the driver throws, or the reason of the signal; nothing is left then. */
  static async start(options: ReadOptions): Promise<LiveSandbox> {
    const { settings, lifetimeMs, signal = new AbortController().signal } = options;
    signal.throwIfAborted();
    const lease = await leaseDriver(settings, toLogger(options.logger));
    try {
      const sandbox = await lease.driver.createSandbox({ owner: newId('session') }, signal);
      const live = new LiveSandbox(sandbox, lease, options);
      if (signal.aborted) await live.end('was given up while it started');
      signal.throwIfAborted();
      if (lifetimeMs !== undefined) live.expireAfter(lifetimeMs);
      return live;
    } catch (error) {
      await lease[Symbol.asyncDispose]();
      throw error;
    }
  }

  get id(): string {
    return this.sandbox.id;
  }

  /** Name of its driver. */
  get driver(): string {
    return this.#lease.driver.name;
  }

  get hasEnded(): boolean {
    return this.#how !== undefined;
  }

  /** When it ends by itself; undefined: never. */
  get expiresAt(): Date | undefined {
    return this.#expiresAt;
  }

  /** What is kept of each stream of a run. */
  get keepLimits(): KeepLimits {
    const { keepOutputMiB, keepOutputTailMiB } = this.settings;
    return { headBytes: keepOutputMiB * MIB, tailBytes: keepOutputTailMiB * MIB };
  }

  /** Itself, where it has not ended. Throws {@link SandboxNotFoundError}. */
  open(): this {
    if (this.#how === undefined) return this;
    throw this.#gone(this.#how);
  }

  /** From now on it ends by itself after so long. */
  expireAfter(ms: number): Date {
    clearTimeout(this.#expiry);
    const expiresAt = new Date(Date.now() + ms);
    this.#expiresAt = expiresAt;
    this.#expiry = setTimeout(() => {
      void this.end(`expired, ${ms} ms after its lifetime was set`).catch(() => undefined); // nobody waits for it
    }, ms);
    this.#expiry.unref();
    return expiresAt;
  }

  /** Ends it, once; `how` is told to those who use it then. */
  async end(how: string): Promise<void> {
    this.#end ??= this.#endNow(how);
    await this.#end;
  }

  async #endNow(how: string): Promise<void> {
    this.#how = how;
    clearTimeout(this.#expiry);
    this.#closing.abort(this.#gone(how));
    try {
      await this.sandbox[Symbol.asyncDispose]();
    } finally {
      await this.#lease[Symbol.asyncDispose]();
    }
  }

  #gone(how: string): SandboxNotFoundError {
    return new SandboxNotFoundError('SANDBOX_NOT_FOUND', `Sandbox ${this.sandbox.id} ${how}`, {
      hint: 'Its state and files are lost. Create another sandbox with Sandbox.create.',
    });
  }
}
