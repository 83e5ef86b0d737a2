import type { Logger } from '../../logger.ts';
import type { Execd } from './execd.ts';
import { RemoteFailure } from './failure.ts';

const LOOK_EVERY_MS = 5000;
const MAX_LOOKS = 12;

/**
 * Makes the contexts of one sandbox. A call that was given up goes on there, and may make its context later, with a
 * kernel that nobody uses: it is looked for, and removed.
 */
export class Strays implements Disposable {
  readonly #execd: Execd;
  readonly #logger: Logger;
  readonly #own = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #disposal = new AbortController();
  #creating = 0;

  constructor(execd: Execd, logger: Logger) {
    this.#execd = execd;
    this.#logger = logger;
  }

  /** Makes a context; its id. The caller removes it. */
  async creating(language: string, signal: AbortSignal): Promise<string> {
    this.#creating += 1;
    try {
      const id = await this.#execd.createContext(language, signal);
      this.#own.add(id);
      return id;
    } catch (error) {
      const wasAnswered = error instanceof RemoteFailure && error.status !== undefined;
      if (!wasAnswered) this.#lookFor(language, MAX_LOOKS);
      throw error;
    } finally {
      this.#creating -= 1;
    }
  }

  [Symbol.dispose](): void {
    this.#disposal.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #lookFor(language: string, looks: number): void {
    if (this.#disposal.signal.aborted || looks === 0) return;
    clearTimeout(this.#timers.get(language));
    const timer = setTimeout(() => {
      this.#remove(language)
        .catch((error: unknown) => {
          this.#logger.debug('stray contexts could not be looked for', { error });
        })
        .finally(() => this.#lookFor(language, looks - 1));
    }, LOOK_EVERY_MS);
    timer.unref();
    this.#timers.set(language, timer);
  }

  /** Not while one is being made: it would look like a stray. */
  async #remove(language: string): Promise<void> {
    const found = await this.#execd.contexts(language, this.#disposal.signal);
    if (this.#creating > 0) return;
    for (const id of found.filter((other) => !this.#own.has(other))) {
      this.#logger.info('a context that nobody waits for was removed', { remoteContext: id });
      await this.#execd.deleteContext(id);
    }
  }
}
