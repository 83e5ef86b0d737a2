/** How many visits of each kind there were, and what went wrong in them. */
export class Tally {
  /** @type {Record<string, number>} */
  #counts = {};
  /** @type {string[]} */
  failures = [];

  /** @param {{ kind: string, failure?: string }} visit */
  add({ kind, failure }) {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    if (failure !== undefined) this.failures.push(`${kind}: ${failure}`);
  }

  text() {
    return Object.entries(this.#counts)
      .map(([kind, count]) => `${kind} ${String(count)}`)
      .join(', ');
  }
}
