const MIN_BLOCK_BYTES = 1024;
const MAX_BLOCK_BYTES = 64 * 1024;

/**
 * Bytes in the order they came, in blocks of their own memory: a chunk of one byte costs one byte, and none keeps the
 * larger slab alive that it was read into.
 */
export class Blocks {
  readonly #blocks: Buffer[] = [];
  #last = Buffer.alloc(0);
  /** Of the last block. */
  #used = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies the bytes of the chunk from `start` to before `end`. */
  append(chunk: Buffer, start: number, end: number): void {
    for (let at = start; at < end;) {
      if (this.#used === this.#last.length) this.#addBlock(end - at);
      const copied = chunk.copy(this.#last, this.#used, at, end);
      this.#used += copied;
      this.#length += copied;
      at += copied;
    }
  }

  /** Drops whole blocks from the begin as long as `bytes` are left. */
  dropAllBut(bytes: number): void {
    for (let first = this.#blocks[0]; first && this.#blocks.length > 1; first = this.#blocks[0]) {
      if (this.#length - first.length < bytes) return;
      this.#blocks.shift();
      this.#length -= first.length;
    }
  }

  /** Views of all bytes, valid until the next call to another method. */
  read(): Buffer[] {
    return [...this.#blocks.slice(0, -1), this.#last.subarray(0, this.#used)];
  }

  #addBlock(bytes: number): void {
    const size = Math.min(MAX_BLOCK_BYTES, Math.max(MIN_BLOCK_BYTES, bytes, this.#length));
    this.#last = Buffer.allocUnsafeSlow(size);
    this.#used = 0;
    this.#blocks.push(this.#last);
  }
}
