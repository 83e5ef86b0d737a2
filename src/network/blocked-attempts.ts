import type { Blocked } from './policy.ts';

/** Different targets that are kept between two executions. */
const MAX_TARGETS = 50;

/** What the policy has kept one kernel from reaching, each target once, until an execution takes it. */
export class BlockedAttempts {
  readonly #attempts = new Map<string, Blocked>();
  /** Names that were only asked for so far. */
  readonly #names = new Map<string, Blocked>();
  readonly #onBlocked: (target: string) => void;

  /** `onBlocked` hears of each target once between two executions. */
  constructor(onBlocked: (target: string) => void) {
    this.#onBlocked = onBlocked;
  }

  add(blocked: Blocked): void {
    const isNew = !this.#attempts.has(blocked.target);
    if (!isNew || this.#attempts.size >= MAX_TARGETS) return;
    this.#attempts.set(blocked.target, blocked);
    this.#onBlocked(blocked.target);
  }

  askedFor(host: string, blocked: Blocked): void {
    if (this.#names.size < MAX_TARGETS) this.#names.set(host, blocked);
  }

  /** What was asked for has been connected to, and was let through or was added here. */
  connected(host: string): void {
    this.#names.delete(host);
  }

  /** All since this was last called. */
  take(): Blocked[] {
    for (const blocked of this.#names.values()) this.add(blocked);
    const taken = [...this.#attempts.values()];
    this.#attempts.clear();
    this.#names.clear();
    return taken;
  }
}
