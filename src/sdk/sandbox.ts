import { callSchema, checked, endOf, millisecondsSchema } from './arguments.ts';
import type { CallOptions } from './codes.ts';
import { SandboxCommands } from './commands.ts';
import { asked, NotSupportedError } from './errors.ts';
import { SandboxFiles } from './files.ts';
import { LiveSandbox } from './live-sandbox.ts';
import { readOptions, type SandboxOptions } from './sandbox-options.ts';

/** What there is to know of a sandbox. */
export interface SandboxInfo {
  readonly id: string;
  /** `bubblewrap`: on this machine; `opensandbox`: on a deployment. */
  readonly driver: string;
  readonly state: 'running' | 'ended';
  readonly createdAt: Date;
  /** When it ends by itself; undefined: never. */
  readonly expiresAt: Date | undefined;
}

/** What a sandbox uses, and what it may use. Undefined is what cannot be told here. */
export interface SandboxMetrics {
  readonly memoryUsedBytes: number | undefined;
  /** Of its processes together; what its file systems in memory hold may come on top. */
  readonly memoryLimitBytes: number;
  readonly processes: number | undefined;
  /** Cores that it may use at once; 0.5 is half of one. */
  readonly cpuCount: number;
  /** Processor time of all its processes so far, in milliseconds. */
  readonly cpuTimeMs: number | undefined;
  /** When it was measured, in milliseconds since 1970. */
  readonly timestamp: number;
}

/** The sandbox behind the public class, for the other classes of the library. */
export let liveOf: (sandbox: Sandbox) => LiveSandbox;

/**
 * One isolated place with its own files, in which code and commands run. Whoever creates it ends it: with `kill`, or by
 * `await using`. On this machine it ends with the process, too, which stays alive as long as the sandbox does.
 */
export class Sandbox implements AsyncDisposable {
  readonly id: string;
  readonly files: SandboxFiles;
  readonly commands: SandboxCommands;
  readonly #live: LiveSandbox;

  static {
    liveOf = (sandbox) => sandbox.#live;
  }

  private constructor(live: LiveSandbox) {
    this.#live = live;
    this.id = live.id;
    this.files = new SandboxFiles(live);
    this.commands = new SandboxCommands(live);
  }

  /**
   * Starts a sandbox. Throws `IsolationUnavailableError` where the machine lets none start; the error says what to do.
   * An image may come first, as in `create(image, options)`.
   */
  static async create(options?: SandboxOptions): Promise<Sandbox>;
  static async create(image: string, options?: SandboxOptions): Promise<Sandbox>;
  static async create(first?: string | SandboxOptions, second?: SandboxOptions): Promise<Sandbox> {
    return await asked(async () => {
      const options = typeof first === 'string' ? { ...second, image: first } : (first ?? second ?? {});
      return new Sandbox(await LiveSandbox.start(readOptions(options)));
    });
  }

  /** Gives the sandbox so many milliseconds from now, after which it ends by itself. Returns when that will be. */
  async renew(lifetimeMs: number): Promise<Date> {
    return await asked(async () => {
      const ms = checked(millisecondsSchema, lifetimeMs, 'sandbox.renew');
      return await Promise.resolve(this.#live.open().expireAfter(ms));
    });
  }

  async getInfo(): Promise<SandboxInfo> {
    const { id, driver, createdAt, expiresAt, hasEnded } = this.#live;
    const state = hasEnded ? 'ended' : 'running';
    return await Promise.resolve({ id, driver, state, createdAt, expiresAt });
  }

  /** What it uses now. Throws `NotSupportedError` where the driver cannot tell. */
  async getMetrics(options: CallOptions = {}): Promise<SandboxMetrics> {
    return await asked(async () => {
      const end = endOf(checked(callSchema, options, 'sandbox.getMetrics'));
      const { sandbox, settings } = this.#live.open();
      if (!sandbox.usage) throw this.#notSupported('say what a sandbox uses');
      const { memoryBytes, cpuMs, processes } = await sandbox.usage(end);
      return {
        ...{ memoryUsedBytes: memoryBytes, processes, cpuTimeMs: cpuMs, timestamp: Date.now() },
        memoryLimitBytes: settings.memoryMiB * 1024 * 1024,
        cpuCount: settings.cpuPercent / 100,
      };
    });
  }

  /** Whether a command can be run in it within 10 s, or the time limit of the call. Does not throw. */
  async isHealthy(options: CallOptions = {}): Promise<boolean> {
    try {
      const { status } = await this.commands.run('true', { timeoutMs: 10_000, ...options });
      return status === 'ok';
    } catch {
      return false;
    }
  }

  /** Stops everything in it, to go on after `resume`. Throws `NotSupportedError`: sandboxes on this machine cannot. */
  async pause(options: CallOptions = {}): Promise<void> {
    await asked(async () => {
      const end = endOf(checked(callSchema, options, 'sandbox.pause'));
      const { sandbox } = this.#live.open();
      if (!sandbox.pause) throw this.#notSupported('pause a sandbox');
      await sandbox.pause(end);
    });
  }

  /** As {@link pause}. */
  async resume(options: CallOptions = {}): Promise<void> {
    await asked(async () => {
      const end = endOf(checked(callSchema, options, 'sandbox.resume'));
      const { sandbox } = this.#live.open();
      if (!sandbox.resume) throw this.#notSupported('resume a sandbox');
      await sandbox.resume(end);
    });
  }

  /** Ends the sandbox and everything in it: processes, contexts, files. What runs ends with an outcome. */
  async kill(): Promise<void> {
    await asked(() => this.#live.end('was killed'));
  }

  /** Gives up what this process holds of the sandbox. One on this machine ends by that: nobody else could use it. */
  async close(): Promise<void> {
    await asked(() => this.#live.end('was closed'));
  }

  /** As {@link kill}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #notSupported(what: string): NotSupportedError {
    const message = `The driver ${this.#live.driver} cannot ${what}`;
    return new NotSupportedError('NOT_SUPPORTED', message, {
      hint: 'Kill the sandbox where it is not needed.',
    });
  }
}
