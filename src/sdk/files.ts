import { z } from 'zod';
import { type FileEntry, MAX_LIST_DEPTH, MAX_READ_BYTES, type WritePosition } from '../sandboxes/files.ts';
import { callSchema, checked, endOf, pathSchema } from './arguments.ts';
import type { CallOptions } from './codes.ts';
import { asked, askedEvents, FileNotFoundError, InvalidArgumentError } from './errors.ts';
import type { LiveSandbox } from './live-sandbox.ts';

export interface ReadOptions extends CallOptions {
  /** First byte, from 0. Default: 0. */
  offset?: number | undefined;
  /** Bytes at most. Default: all; 64 MiB can be read at once, `readStream` has no limit. */
  length?: number | undefined;
}

/** Without `append` and `offset` the file is replaced, at once or not at all. */
export interface WriteOptions extends CallOptions {
  /** Writes at the end. */
  append?: boolean | undefined;
  /** Writes over what stands from this byte on, the end of the file included. */
  offset?: number | undefined;
}

export interface ListOptions extends CallOptions {
  /** 1: what the folder holds; 2: what its folders hold, too; up to 32. Default: 1. */
  depth?: number | undefined;
}

/** Entries of one list: more than that is an error, not a list with a gap. */
const MAX_ENTRIES = 100_000;

const callShape = callSchema.shape;
const bytesSchema = z.int().min(0);
const readSchema = z.strictObject({
  ...callShape,
  offset: bytesSchema.optional(),
  length: bytesSchema.max(MAX_READ_BYTES).optional(),
});
const streamSchema = z.strictObject({ ...callShape, offset: bytesSchema.optional() });
const writeSchema = z
  .strictObject({ ...callShape, append: z.boolean().optional(), offset: bytesSchema.optional() })
  .refine(
    ({ append, offset }) => !(append === true && offset !== undefined),
    'takes append or offset, not both',
  );
const listSchema = z.strictObject({ ...callShape, depth: z.int().min(1).max(MAX_LIST_DEPTH).optional() });
const removeSchema = z.strictObject({ ...callShape, recursive: z.boolean().optional() });

/**
 * The files of a sandbox. Relative paths are below `/workspace`. Nothing leads out of the sandbox: symbolic links are
 * followed inside it only. Everything may throw `FileNotFoundError`, `PathNotAllowedError` and `InvalidArgumentError`.
 */
export class SandboxFiles {
  readonly #live: LiveSandbox;

  /** Use `sandbox.files`. */
  constructor(live: LiveSandbox) {
    this.#live = live;
  }

  /** The text of a file, as UTF-8. */
  async read(path: string, options: ReadOptions = {}): Promise<string> {
    return (await this.#read(path, options, 'files.read')).toString('utf8');
  }

  /** The bytes of a file. */
  async readBytes(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
    return await this.#read(path, options, 'files.readBytes');
  }

  /** The bytes of a file of any size, piece by piece. Leaving the loop early closes it. */
  readStream(
    path: string,
    options: Omit<ReadOptions, 'length'> = {},
  ): AsyncGenerator<Uint8Array, void, void> {
    return askedEvents(this.#stream(path, options));
  }

  /** Writes text, bytes, or what a stream gives; makes the file and its parent folders where they do not exist. */
  async write(
    path: string,
    data: string | Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<FileEntry> {
    return await this.#call('files.write', [path, options], writeSchema, async (files, where, read, end) => {
      const position = toPosition(read);
      if (typeof data === 'string' || data instanceof Uint8Array)
        return await files.write(where, typeof data === 'string' ? Buffer.from(data) : data, position, end);
      if (!isStream(data)) throw invalid('files.write: the data are no text, no bytes and no stream');
      if (Object.keys(position).length > 0)
        throw invalid('files.write: a stream takes no append and no offset');
      return await files.writeStream(where, data, end);
    });
  }

  /** What a folder holds, sorted by path. Throws `InvalidArgumentError` over 100000 entries. */
  async list(path = '/workspace', options: ListOptions = {}): Promise<FileEntry[]> {
    return await this.#call('files.list', [path, options], listSchema, async (files, where, read, end) => {
      const wanted = { depth: read.depth ?? 1, maxEntries: MAX_ENTRIES };
      const { entries, leftOut } = await files.list(where, wanted, end);
      if (leftOut > 0) throw invalid(`files.list: ${where} holds over ${MAX_ENTRIES} entries at this depth`);
      return entries;
    });
  }

  /** Of what a symbolic link leads to. */
  async stat(path: string, options: CallOptions = {}): Promise<FileEntry> {
    return await this.#call('files.stat', [path, options], callSchema, (files, where, _read, end) =>
      files.stat(where, end),
    );
  }

  async exists(path: string, options: CallOptions = {}): Promise<boolean> {
    try {
      await this.stat(path, options);
      return true;
    } catch (error) {
      if (error instanceof FileNotFoundError) return false;
      throw error;
    }
  }

  /** With its parents; one that exists is fine. */
  async makeDirectory(path: string, options: CallOptions = {}): Promise<void> {
    await this.#call('files.makeDirectory', [path, options], callSchema, (files, where, _read, end) =>
      files.makeDirectory(where, end),
    );
  }

  /** Removes a file, a link itself, an empty folder, or with `recursive` a folder and all that it holds. */
  async remove(path: string, options: CallOptions & { recursive?: boolean | undefined } = {}): Promise<void> {
    await this.#call('files.remove', [path, options], removeSchema, (files, where, read, end) =>
      files.remove(where, { recursive: read.recursive ?? false }, end),
    );
  }

  /** Replaces a file at `to`. */
  async move(from: string, to: string, options: CallOptions = {}): Promise<void> {
    await this.#call('files.move', [from, options], callSchema, (files, where, _read, end) =>
      files.move(where, checked(pathSchema, to, 'files.move'), end),
    );
  }

  async #read(path: string, options: ReadOptions, method: string): Promise<Buffer> {
    return await this.#call(method, [path, options], readSchema, (files, where, { offset, length }, end) =>
      files.read(
        where,
        { ...(offset !== undefined && { offset }), ...(length !== undefined && { length }) },
        end,
      ),
    );
  }

  async *#stream(path: string, options: Omit<ReadOptions, 'length'>): AsyncGenerator<Uint8Array, void, void> {
    const where = checked(pathSchema, path, 'files.readStream');
    const { offset, ...call } = checked(streamSchema, options, 'files.readStream');
    yield* this.#live.open().sandbox.files.readStream(where, endOf(call), offset);
  }

  async #call<Options extends CallOptions, T>(
    method: string,
    [path, options]: [unknown, unknown],
    schema: z.ZodType<Options>,
    work: (files: Files, path: string, options: Options, end: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return await asked(async () => {
      const where = checked(pathSchema, path, method);
      const read = checked(schema, options, method);
      return await work(this.#live.open().sandbox.files, where, read, endOf(read));
    });
  }
}

type Files = LiveSandbox['sandbox']['files'];

function toPosition({
  append,
  offset,
}: {
  append?: boolean | undefined;
  offset?: number | undefined;
}): WritePosition {
  if (append === true) return { append };
  return offset === undefined ? {} : { offset };
}

function isStream(data: unknown): data is AsyncIterable<Uint8Array> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data;
}

function invalid(message: string): InvalidArgumentError {
  return new InvalidArgumentError('INVALID_ARGUMENT', message, {
    hint: 'docs/library.md lists what it takes.',
  });
}
