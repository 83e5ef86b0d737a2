import type { z } from 'zod';
import {
  type FileEntry,
  type FileList,
  type ListOptions,
  MAX_LIST_DEPTH,
  MAX_READ_BYTES,
  type SandboxFiles,
  type WritePosition,
} from '../../files.ts';
import { deadline } from '../../../processes/deadline.ts';
import { sandboxEnded } from '../place.ts';
import { absolute, checkWhole, invalid } from './arguments.ts';
import { explainFileFailure, type FilesPlace } from './file-error.ts';
import { type Porter, PorterFailureError } from './porter.ts';
import {
  bytesAnswer,
  entryAnswer,
  listAnswer,
  nothing,
  openAnswer,
  type PorterOperation,
  roomAnswer,
} from './porter-protocol.ts';

/** One message carries at most this much. */
const CHUNK_BYTES = 512 * 1024;
/** Its processes have been killed already. */
const END_DEADLINE_MS = 10_000;

/** The files of a sandbox on this machine, which the porter opens. Disposing it closes those that are still read or written. */
export class BubblewrapFiles implements SandboxFiles, AsyncDisposable {
  readonly #porter: Porter;
  readonly #findPlace: (signal: AbortSignal) => Promise<FilesPlace>;
  readonly #open = new Map<number, FilesPlace>();
  readonly #disposal = new AbortController();

  /** `findPlace` starts the sandbox anew where it has died. */
  constructor(porter: Porter, findPlace: (signal: AbortSignal) => Promise<FilesPlace>) {
    this.#porter = porter;
    this.#findPlace = findPlace;
  }

  async stat(path: string, signal: AbortSignal): Promise<FileEntry> {
    return await this.#step({ type: 'stat', path: absolute(path) }, entryAnswer, signal);
  }

  async read(path: string, range: ReadRange, signal: AbortSignal): Promise<Buffer> {
    const { offset = 0, length } = range;
    checkWhole('offset', offset);
    if (length !== undefined) checkWhole('length', length);
    await using file = await this.#openFile({ type: 'open_to_read', path: absolute(path) }, signal);
    const wanted = Math.min(length ?? Infinity, Math.max(0, file.entry.sizeBytes - offset));
    if (wanted > MAX_READ_BYTES) {
      throw invalid(
        `${file.entry.path}: ${String(wanted)} bytes are more than can be read at once, ${String(MAX_READ_BYTES)}`,
        'Read it in parts, by offset and length.',
      );
    }
    const chunks: Buffer[] = [];
    for (let at = 0; at < wanted;) {
      const bytes = await file.read(offset + at, Math.min(CHUNK_BYTES, wanted - at), signal);
      if (bytes.length === 0) break; // it has become shorter
      chunks.push(bytes);
      at += bytes.length;
    }
    return Buffer.concat(chunks);
  }

  async *readStream(path: string, signal: AbortSignal, offset = 0): AsyncGenerator<Buffer, void, void> {
    checkWhole('offset', offset);
    await using file = await this.#openFile({ type: 'open_to_read', path: absolute(path) }, signal);
    for (let at = offset; ;) {
      const bytes = await file.read(at, CHUNK_BYTES, signal);
      if (bytes.length === 0) return;
      at += bytes.length;
      yield bytes;
    }
  }

  async write(
    path: string,
    data: Uint8Array,
    position: WritePosition,
    signal: AbortSignal,
  ): Promise<FileEntry> {
    if (position.offset !== undefined) checkWhole('offset', position.offset);
    await using file = await this.#openFile(
      { type: 'open_to_write', path: absolute(path), position },
      signal,
    );
    await file.write(data, signal);
    return await file.commit();
  }

  async writeStream(
    path: string,
    source: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<FileEntry> {
    const operation = { type: 'open_to_write', path: absolute(path), position: {} } as const;
    await using file = await this.#openFile(operation, signal);
    for await (const data of source) await file.write(data, signal);
    return await file.commit();
  }

  async list(path: string, { depth, maxEntries }: ListOptions, signal: AbortSignal): Promise<FileList> {
    if (!Number.isInteger(depth) || depth < 1 || depth > MAX_LIST_DEPTH) {
      throw invalid(`depth is ${String(depth)}`, `Use a depth from 1 to ${String(MAX_LIST_DEPTH)}.`);
    }
    return await this.#step({ type: 'list', path: absolute(path), depth, maxEntries }, listAnswer, signal);
  }

  async makeDirectory(path: string, signal: AbortSignal): Promise<void> {
    await this.#step({ type: 'make_directory', path: absolute(path) }, nothing, signal);
  }

  async remove(
    path: string,
    { recursive = false }: { recursive?: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#step({ type: 'remove', path: absolute(path), recursive }, nothing, signal);
  }

  async move(from: string, to: string, signal: AbortSignal): Promise<void> {
    await this.#step({ type: 'move', path: absolute(from), to: absolute(to) }, nothing, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort(sandboxEnded());
    // A file that is still open would keep the memory of its file system.
    const closed = [...this.#open].map(([handle, place]) =>
      this.#porter.ask(place.porterPlace, { type: 'close', handle }, nothing),
    );
    await Promise.allSettled(closed);
  }

  async #step<Value>(
    operation: PathOperation,
    schema: z.ZodType<Value>,
    signal: AbortSignal,
  ): Promise<Value> {
    const { value } = await this.#stepAt(operation, schema, signal);
    return value;
  }

  /** A sandbox that dies just now is started anew, and asked again. */
  async #stepAt<Value>(
    operation: PathOperation,
    schema: z.ZodType<Value>,
    signal: AbortSignal,
  ): Promise<{ value: Value; place: FilesPlace }> {
    const place = await this.#findPlace(signal);
    try {
      return { value: await this.#ask(place, operation.path, operation, schema), place };
    } catch (error) {
      if (!isGone(error)) throw error;
      await deadline(
        place.ended,
        END_DEADLINE_MS,
        signal,
        'the sandbox, whose first process has gone, did not end',
      );
      const next = await this.#findPlace(signal);
      return { value: await this.#ask(next, operation.path, operation, schema), place: next };
    }
  }

  async #openFile(
    operation: Extract<PathOperation, { type: 'open_to_read' | 'open_to_write' }>,
    signal: AbortSignal,
  ): Promise<OpenFile> {
    const { path } = operation;
    const { value, place } = await this.#stepAt(operation, openAnswer, signal);
    const { handle, entry } = value;
    this.#open.set(handle, place);
    const ask = async <Value>(next: PorterOperation, schema: z.ZodType<Value>): Promise<Value> => {
      this.#disposal.signal.throwIfAborted();
      return await this.#ask(place, path, next, schema);
    };
    return {
      entry,
      read: async (offset, length, stop) => {
        stop.throwIfAborted();
        return await ask({ type: 'read', handle, offset, length }, bytesAnswer);
      },
      write: async (data, stop) => {
        for (let at = 0; at < data.length; at += CHUNK_BYTES) {
          stop.throwIfAborted();
          await ask({ type: 'write', handle, data: data.subarray(at, at + CHUNK_BYTES) }, nothing);
        }
      },
      commit: async () => {
        this.#open.delete(handle); // closed by it in any case
        return await ask({ type: 'commit', handle }, entryAnswer);
      },
      [Symbol.asyncDispose]: async () => {
        if (this.#open.delete(handle))
          await this.#porter.ask(place.porterPlace, { type: 'close', handle }, nothing);
      },
    };
  }

  async #ask<Value>(
    place: FilesPlace,
    path: string,
    operation: PorterOperation,
    schema: z.ZodType<Value>,
  ): Promise<Value> {
    this.#disposal.signal.throwIfAborted();
    try {
      return await this.#porter.ask(place.porterPlace, operation, schema);
    } catch (error) {
      this.#disposal.signal.throwIfAborted();
      if (!(error instanceof PorterFailureError)) throw error;
      const isFull = ['ENOSPC', 'EDQUOT'].includes(error.failure.code);
      const room = isFull
        ? await this.#porter.ask(place.porterPlace, { type: 'room', path }, roomAnswer).catch(() => undefined)
        : undefined;
      throw explainFileFailure({ path, place, failure: error.failure, room }) ?? error;
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof PorterFailureError && error.failure.code === 'GONE';
}

type PathOperation = Extract<PorterOperation, { path: string }>;
type ReadRange = Parameters<SandboxFiles['read']>[1];

/** One that the porter holds open. Disposing it closes it, and drops what was not committed. */
interface OpenFile extends AsyncDisposable {
  entry: FileEntry;
  read(offset: number, length: number, signal: AbortSignal): Promise<Buffer>;
  write(data: Uint8Array, signal: AbortSignal): Promise<void>;
  commit(): Promise<FileEntry>;
}
