import type { Status } from '../executions/execution.ts';

export interface JournalEntry {
  readonly executionCount: number;
  /** Null for the oldest cells once all of them together are over the limit. */
  readonly code: string | null;
  readonly status: Status;
  /** Global names that the cell bound; none where its code is null. */
  readonly names: readonly string[];
}

/** Characters of code and names kept in one context's journal. */
const MAX_LENGTH = 8 * 1024 * 1024;
const MAX_ENTRIES = 10_000;

/** What one context has run, in order: what replaying or explaining its state starts from. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  #length = 0;
  #oldestWithCode = 0;

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  append(entry: JournalEntry): void {
    this.#entries.push(entry);
    this.#length += lengthOf(entry);
    while (this.#length > MAX_LENGTH) this.#forgetOldestCode();
    if (this.#entries.length > MAX_ENTRIES) {
      this.#length -= lengthOf(this.#entries.shift());
      this.#oldestWithCode = Math.max(0, this.#oldestWithCode - 1);
    }
  }

  #forgetOldestCode(): void {
    const entry = this.#entries[this.#oldestWithCode];
    if (entry) this.#entries[this.#oldestWithCode] = { ...entry, code: null, names: [] };
    this.#length -= lengthOf(entry);
    this.#oldestWithCode += 1;
  }
}

function lengthOf(entry: JournalEntry | undefined): number {
  return (entry?.code?.length ?? 0) + (entry?.names ?? []).reduce((sum, name) => sum + name.length, 0);
}
