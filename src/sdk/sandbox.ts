import { checked, millisecondsSchema } from './arguments.ts';
import { SandboxCommands } from './commands.ts';
import { asked } from './errors.ts';
import { SandboxFiles } from './files.ts';
import { LiveSandbox } from './live-sandbox.ts';
import { readOptions, type SandboxOptions } from './sandbox-options.ts';

/** What there is to know of a sandbox. */
export interface SandboxInfo {
  readonly id: string;
  /** `bubblewrap`: a sandbox on this machine. */
  readonly driver: string;
  readonly state: 'running' | 'ended';
  readonly createdAt: Date;
  /** When it ends by itself; undefined: never. */
  readonly expiresAt: Date | undefined;
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
}
