/** Items that wait under keys: the keys get turns one after the other, the items of one key in the order they came in. */
export class Turns<Item> {
  /** Whose turn is next stands first. */
  readonly #lines = new Map<string, Item[]>();

  get length(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.length, 0);
  }

  add(key: string, item: Item): void {
    this.#lines.set(key, [...(this.#lines.get(key) ?? []), item]);
  }

  /** Takes the item out whose turn it is; undefined where none waits. */
  next(): Item | undefined {
    const [key, line] = this.#lines.entries().next().value ?? [];
    if (key === undefined || line === undefined) return undefined;
    const [item, ...others] = line;
    this.#lines.delete(key);
    if (others.length > 0) this.#lines.set(key, others); // behind the other keys
    return item;
  }

  /** False where the item does not wait. */
  remove(key: string, item: Item): boolean {
    const line = this.#lines.get(key) ?? [];
    const others = line.filter((other) => other !== item);
    if (others.length === 0) this.#lines.delete(key);
    else this.#lines.set(key, others);
    return others.length < line.length;
  }
}
