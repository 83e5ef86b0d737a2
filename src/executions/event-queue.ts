/**
 * A queue between a producer that pushes and one consumer that iterates.
 * `size` is what waits in it, as `sizeOf` counts; the producer slows down by it.
 */
export class EventQueue<T> {
  #items: T[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #size = 0;
  readonly #sizeOf: (item: T) => number;

  constructor(sizeOf: (item: T) => number = () => 1) {
    this.#sizeOf = sizeOf;
  }

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#size += this.#sizeOf(item);
    this.#wake?.();
  }

  /** The consumer finishes after what is in the queue; later pushes are dropped. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Waits for items and takes all there are; an empty array is the end. */
  async take(): Promise<T[]> {
    while (this.#items.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    const items = this.#items;
    this.#items = [];
    this.#size = 0;
    return items;
  }
}
