import type { Status } from '../executions/execution.ts';

export interface JournalEntry {
  readonly executionCount: number;
  /** Null for the oldest cells once all of them together are over the limit. */
  readonly code: string | null;
  readonly status: Status;
  /** Global names that the cell bound. */
  readonly names: readonly string[];
}

/** Characters of code kept in one context's journal. */
const MAX_CODE_LENGTH = 8 * 1024 * 1024;
const MAX_ENTRIES = 10_000;

/** What one context has run, in order: what replaying or explaining its state starts from. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  #codeLength = 0;
  #oldestWithCode = 0;

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  append(entry: JournalEntry): void {
    this.#entries.push(entry);
    this.#codeLength += entry.code?.length ?? 0;
    while (this.#codeLength > MAX_CODE_LENGTH) this.#forgetOldestCode();
    if (this.#entries.length > MAX_ENTRIES) {
      this.#codeLength -= this.#entries.shift()?.code?.length ?? 0;
      this.#oldestWithCode = Math.max(0, this.#oldestWithCode - 1);
    }
  }

  #forgetOldestCode(): void {
    const entry = this.#entries[this.#oldestWithCode];
    if (entry) this.#entries[this.#oldestWithCode] = { ...entry, code: null };
    this.#codeLength -= entry?.code?.length ?? 0;
    this.#oldestWithCode += 1;
  }
}
