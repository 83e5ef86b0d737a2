import { SandboxError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { SandboxDriver } from './sandbox.ts';

/** What works once goes on working for long; what does not may be mended soon. */
const KEEP_READY_MS = 5 * 60_000;
const KEEP_FAILURE_MS = 10_000;
const TRIAL_DEADLINE_MS = 20_000;

/** Tells whether sandboxes can be made, by making one; the answer is kept, and one trial serves all that ask meanwhile. */
export class Readiness {
  readonly #driver: SandboxDriver;
  readonly #logger: Logger;
  #answer: Promise<string | undefined> | undefined;
  #validUntilMs = Infinity;

  constructor(driver: SandboxDriver, logger: Logger) {
    this.#driver = driver;
    this.#logger = logger;
  }

  /** Why no sandbox can be made, as the code of an error; undefined where one can. Never rejects. */
  async check(): Promise<string | undefined> {
    if (performance.now() > this.#validUntilMs) this.#answer = undefined;
    this.#answer ??= this.#try();
    return await this.#answer;
  }

  async #try(): Promise<string | undefined> {
    this.#validUntilMs = Infinity; // while it is being found out
    const reason = await this.#reason();
    this.#validUntilMs = performance.now() + (reason === undefined ? KEEP_READY_MS : KEEP_FAILURE_MS);
    return reason;
  }

  async #reason(): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(TRIAL_DEADLINE_MS);
      await using _sandbox = await this.#driver.createSandbox({ owner: undefined }, signal);
      return undefined;
    } catch (error) {
      this.#logger.warn('no sandbox can be made', { error });
      return error instanceof SandboxError ? error.code : 'INTERNAL';
    }
  }
}
