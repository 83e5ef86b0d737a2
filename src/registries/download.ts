import type { FileHandle } from 'node:fs/promises';
import type { DownloadStore } from './download-store.ts';
import { BAD_ANSWER, FrontError, UNREACHABLE } from './front-error.ts';
import { Check, type Integrity } from './integrity.ts';
import type { Registry } from './registry.ts';
import { type Answer, nameOf } from './upstream.ts';

/** No package of any registry comes near; a stream without end does. */
const MAX_FILE_BYTES = 8 * 1024 ** 3;
const CHUNK_BYTES = 262_144;

interface Target {
  readonly registry: Registry;
  readonly store: DownloadStore;
  readonly expected: Integrity | undefined;
  /** Also without a hash from the registry, by that of its content. */
  readonly isAlwaysKept: boolean;
}

/** A file that can be read once. Whoever opened it disposes it, read or not. */
export interface OpenFile extends AsyncDisposable {
  /** Undefined where the registry does not say. */
  readonly sizeBytes: number | undefined;
  /** From the beginning. Throws a {@link FrontError} where the file does not come whole, or is wrong. */
  read(): AsyncGenerator<Buffer>;
}

/** By which hash a file was kept; undefined where it was not kept, or the error where it did not come. */
export type Ending = Integrity | undefined | Error;

/**
 * One file on its way from a registry to the disk, read by all who asked for it meanwhile. The last byte is given out
 * only once the hash is right, so that nobody takes a wrong file for a whole one. Ends early when its last reader leaves.
 */
export class Download {
  /** Never rejects. */
  readonly ending: Promise<Ending>;
  readonly #sizeBytes: number | undefined;
  readonly #answer: Answer;
  readonly #partial: { handle: FileHandle; file: string };
  #writtenBytes = 0;
  #end: 'right' | Error | undefined;
  /** The first one is counted before it comes. */
  #readers = 1;
  #isFirst = true;
  #progress = signalled();

  private constructor(answer: Answer, partial: { handle: FileHandle; file: string }, target: Target) {
    const length = Number(answer.header('content-length') ?? NaN);
    this.#sizeBytes = Number.isSafeInteger(length) ? length : undefined;
    this.#answer = answer;
    this.#partial = partial;
    this.ending = this.#run(target);
  }

  /** Takes over `answer`, whose status is 200. Whoever starts it opens it. */
  static async start(answer: Answer, target: Target): Promise<Download> {
    try {
      return new Download(answer, await target.store.openPartial(), target);
    } catch (error) {
      answer.body.on('error', () => undefined).destroy();
      throw noRoom(error);
    }
  }

  /** Undefined where it has failed, or all its readers have left: it is over. */
  open(): OpenFile | undefined {
    if (this.#readers === 0 || (this.#end instanceof Error && !this.#isFirst)) return undefined;
    if (this.#isFirst) this.#isFirst = false;
    else this.#readers += 1;
    let isOpen = true;
    return {
      sizeBytes: this.#sizeBytes,
      read: () => this.#read(),
      [Symbol.asyncDispose]: async () => {
        if (isOpen) this.#readers -= 1;
        isOpen = false;
        if (this.#readers === 0) await this.#leave();
      },
    };
  }

  async *#read(): AsyncGenerator<Buffer> {
    for (let position = 0; ;) {
      const progress = this.#progress.promise;
      const end = this.#end === 'right' ? this.#writtenBytes : this.#writtenBytes - 1;
      if (position < end) {
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - position));
        const { bytesRead } = await this.#partial.handle.read(buffer, 0, buffer.length, position);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      } else if (this.#end === undefined) await progress;
      else if (this.#end === 'right') return;
      else throw this.#end;
    }
  }

  async #leave(): Promise<void> {
    if (this.#end === undefined) this.#answer.body.destroy(new Error('nobody waits for this file any more'));
    await this.ending;
    await this.#partial.handle.close().catch(() => undefined); // by another reader, before
  }

  async #run({ registry, store, expected, isAlwaysKept }: Target): Promise<Ending> {
    const ending = await this.#keep({ registry, store, expected, isAlwaysKept });
    if (ending === undefined || ending instanceof Error) await store.discard(this.#partial.file);
    this.#end = ending instanceof Error ? ending : 'right';
    this.#progress.signal();
    return ending;
  }

  async #keep({ registry, store, expected, isAlwaysKept }: Target): Promise<Ending> {
    try {
      const content = await this.#receive(registry, expected);
      if (expected === undefined && !isAlwaysKept) return undefined;
      await store.keepBlob(this.#partial.file, content).catch((error: unknown) => {
        throw noRoom(error);
      });
      return content;
    } catch (error) {
      return error instanceof Error ? error : new Error('a download failed', { cause: error });
    }
  }

  async #receive(registry: Registry, expected: Integrity | undefined): Promise<Integrity> {
    const check = new Check(expected);
    for await (const chunk of this.#body(registry)) {
      check.update(chunk);
      if (this.#writtenBytes + chunk.length > MAX_FILE_BYTES)
        throw new FrontError(BAD_ANSWER, `${nameOf(registry)} sent a file of more than 8 GiB`);
      await writeAll(this.#partial.handle, chunk, this.#writtenBytes);
      this.#writtenBytes += chunk.length;
      this.#progress.signal();
      this.#progress = signalled();
    }
    if (this.#sizeBytes !== undefined && this.#writtenBytes !== this.#sizeBytes) throw cut(registry);
    const content = check.finish();
    if (content !== undefined) return content;
    const what = `does not have the ${expected?.algorithm ?? ''} hash that its index says; it is not used`;
    throw new FrontError(BAD_ANSWER, `a file of ${nameOf(registry)} ${what}`);
  }

  async *#body(registry: Registry): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of this.#answer.body) yield chunk as Buffer; // a body without an encoding
    } catch (error) {
      throw cut(registry, error);
    }
  }
}

async function writeAll(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  try {
    for (let done = 0; done < chunk.length;) {
      done += (await handle.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
    }
  } catch (error) {
    throw noRoom(error);
  }
}

function cut(registry: Registry, cause?: unknown): FrontError {
  return new FrontError(UNREACHABLE, `${nameOf(registry)} stopped in the middle of a file`, { cause });
}

function noRoom(cause: unknown): FrontError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return new FrontError(507, `the server's download cache cannot be written (${code})`, { cause });
}

function signalled(): { promise: Promise<void>; signal: () => void } {
  let signal = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    signal = resolve;
  });
  return { promise, signal };
}
