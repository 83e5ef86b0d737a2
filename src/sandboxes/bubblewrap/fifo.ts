import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { runCommand } from '../../processes/run-command.ts';

/** FIFOs made at once: two a kernel. One call of mkfifo costs as much as a kernel may wait for. */
const BATCH = 32;

export interface Fifo {
  /** What comes out; ends when the last writer has closed. Destroyed by whoever took the FIFO. */
  reader: Readable;
  /** Descriptor for the kernel's side; closed by whoever took the FIFO, once it is handed over. */
  writeFd: number;
}

/**
 * FIFOs for stdout and stderr of kernels. Node's own 'pipe' is a socket pair, on which `echo x > /dev/stderr` fails.
 * Their names are gone before any sandboxed code runs.
 */
export class FifoStock {
  readonly #folder: string;
  #paths: string[] = [];
  #made = 0;
  #refill: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Two FIFOs: for stdout and stderr of a kernel. */
  async takePair(): Promise<[Fifo, Fifo]> {
    while (this.#paths.length < 2) await this.refill();
    const first = this.#open();
    try {
      return [first, this.#open()];
    } catch (error) {
      first.reader.destroy();
      closeSync(first.writeFd);
      throw error;
    }
  }

  #open(): Fifo {
    const path = this.#paths.pop() ?? '';
    if (this.#paths.length < BATCH / 4) void this.refill().catch(() => undefined); // the next take reports it
    const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const writeFd = openSync(path, constants.O_WRONLY);
      return { reader: new Socket({ fd: readFd, readable: true, writable: false }), writeFd };
    } catch (error) {
      closeSync(readFd);
      throw error;
    } finally {
      unlinkSync(path);
    }
  }

  async refill(): Promise<void> {
    this.#refill ??= this.#make().finally(() => {
      this.#refill = undefined;
    });
    await this.#refill;
  }

  async #make(): Promise<void> {
    const paths = Array.from({ length: BATCH }, (_, i) =>
      join(this.#folder, `fifo-${String(this.#made + i)}`),
    );
    this.#made += BATCH;
    // Readable and writable for the sandbox's own user, who opens it again through /dev/stdout.
    const made = await runCommand(['mkfifo', '-m', '0666', ...paths], { timeoutMs: 10_000 });
    if (made.code !== 0) throw new Error(`mkfifo failed: ${made.stderr.trim()}`);
    this.#paths.push(...paths);
  }
}
