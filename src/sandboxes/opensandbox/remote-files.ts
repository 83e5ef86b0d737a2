import { posix } from 'node:path';
import { SandboxError } from '../../errors.ts';
import type { FileEntry, FileList, ListOptions, SandboxFiles, WritePosition } from '../files.ts';
import { MAX_READ_BYTES } from '../files.ts';
import type { Execd } from './execd.ts';
import { RemoteFailure, unavailable } from './failure.ts';
import { FileCalls } from './file-calls.ts';

/** The whole container is the sandbox; the rest of it belongs to the image. */
const ROOTS = ['/workspace', '/tmp', '/root'];
/** Of one file that is written: it is held in memory here. */
const MAX_WRITE_BYTES = 256 * 1024 * 1024;

/**
 * The files of a sandbox on a deployment, through execd, which follows symbolic links anywhere in the container. It writes
 * in place: a file that is read meanwhile may be seen half written. Appending reads the file and writes it anew.
 */
export class RemoteFiles implements SandboxFiles {
  readonly #living: (signal: AbortSignal) => Promise<Execd>;
  readonly #domain: string;

  constructor(living: (signal: AbortSignal) => Promise<Execd>, domain: string) {
    this.#living = living;
    this.#domain = domain;
  }

  async stat(path: string, signal: AbortSignal): Promise<FileEntry> {
    return await this.#do(path, signal, (at, files) => files.stat(at, signal));
  }

  async read(
    path: string,
    range: { offset?: number; length?: number },
    signal: AbortSignal,
  ): Promise<Buffer> {
    return await this.#do(path, signal, async (at, files) => {
      const { sizeBytes } = await regularFile(at, files, signal);
      const offset = range.offset ?? 0;
      const length = Math.max(0, Math.min(range.length ?? Infinity, sizeBytes - offset));
      if (length > MAX_READ_BYTES)
        throw invalid(
          `${at} is longer than ${String(MAX_READ_BYTES)} bytes`,
          'Read it in parts: offset and length.',
        );
      if (length === 0) return Buffer.alloc(0);
      const chunks: Uint8Array[] = [];
      for await (const chunk of await files.download(at, { offset, length }, signal)) chunks.push(chunk);
      return Buffer.concat(chunks).subarray(0, length);
    });
  }

  async *readStream(path: string, signal: AbortSignal, offset = 0): AsyncGenerator<Buffer, void, void> {
    const body = await this.#do(path, signal, async (at, files) => {
      const { sizeBytes } = await regularFile(at, files, signal);
      return offset < sizeBytes
        ? await files.download(at, { offset, length: sizeBytes - offset }, signal)
        : [];
    });
    for await (const chunk of body) yield Buffer.from(chunk);
  }

  async write(
    path: string,
    data: Uint8Array,
    position: WritePosition,
    signal: AbortSignal,
  ): Promise<FileEntry> {
    return await this.#do(path, signal, async (at, files) => {
      const whole = await this.#placed(at, data, position, { files, signal });
      await files.upload(at, whole, signal);
      return await files.stat(at, signal);
    });
  }

  async writeStream(
    path: string,
    source: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<FileEntry> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of source) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_WRITE_BYTES)
        throw invalid(
          `${path} would be longer than ${String(MAX_WRITE_BYTES)} bytes`,
          'Write it in parts, or from code in the sandbox.',
        );
    }
    return await this.write(path, Buffer.concat(chunks), {}, signal);
  }

  async list(path: string, { depth, maxEntries }: ListOptions, signal: AbortSignal): Promise<FileList> {
    return await this.#do(path, signal, async (at, files) => {
      const found = await files.list(at, depth, signal);
      const level = (entry: FileEntry): number => entry.path.split('/').length;
      const shown = found.sort((a, b) => level(a) - level(b) || compare(a, b)).slice(0, maxEntries);
      return { entries: shown.sort(compare), leftOut: found.length - shown.length };
    });
  }

  async makeDirectory(path: string, signal: AbortSignal): Promise<void> {
    await this.#do(path, signal, (at, files) => files.makeDirectory(at, signal));
  }

  async remove(
    path: string,
    { recursive = false }: { recursive?: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#do(path, signal, async (at, files) => {
      const { type } = await files.info(at, signal);
      if (type !== 'directory') {
        await files.removeFile(at, signal);
        return;
      }
      if (!recursive && (await files.list(at, 1, signal)).length > 0)
        throw invalid(
          `${at} is a folder that is not empty`,
          'Pass recursive to remove it with all that it holds.',
        );
      await files.removeDirectory(at, signal);
    });
  }

  async move(from: string, to: string, signal: AbortSignal): Promise<void> {
    await this.#do(from, signal, async (at, files) => {
      const target = resolved(to);
      const there = await files.info(target, signal).catch(() => undefined);
      if (there?.type === 'directory')
        throw invalid(`${target} is a folder`, 'Name the new place of the file itself.');
      await files.info(at, signal);
      if (there) await files.removeFile(target, signal);
      await files.move(at, target, signal);
    });
  }

  /** The whole content that the file gets. */
  async #placed(
    at: string,
    data: Uint8Array,
    { append, offset }: WritePosition,
    { files, signal }: { files: FileCalls; signal: AbortSignal },
  ): Promise<Uint8Array> {
    if (append !== true && offset === undefined) return data;
    const exists = await files.info(at, signal).then(
      () => true,
      () => false,
    );
    const before = exists ? await this.read(at, {}, signal) : Buffer.alloc(0);
    const start = offset ?? before.length;
    if (start > before.length)
      throw invalid(
        `offset is ${String(start)}, and ${at} has ${String(before.length)} bytes`,
        'Write at its end, or before.',
      );
    const after = before.subarray(start + data.length);
    return Buffer.concat([before.subarray(0, start), data, after]);
  }

  async #do<T>(
    path: string,
    signal: AbortSignal,
    work: (at: string, files: FileCalls) => Promise<T>,
  ): Promise<T> {
    const at = resolved(path);
    try {
      return await work(at, new FileCalls(await this.#living(signal)));
    } catch (error) {
      signal.throwIfAborted();
      throw explained(error, at, this.#domain);
    }
  }
}

async function regularFile(at: string, files: FileCalls, signal: AbortSignal): Promise<FileEntry> {
  const entry = await files.stat(at, signal);
  if (entry.type === 'file') return entry;
  const what = entry.type === 'directory' ? 'a folder' : 'no regular file';
  throw invalid(`${at} is ${what}`, 'Call list_files to see what is there.');
}

function resolved(path: string): string {
  if (path.includes('\0')) throw invalid('the path has a NUL character', 'Leave it out.');
  const at = posix.resolve('/workspace', path);
  if (ROOTS.some((root) => at === root || at.startsWith(`${root}/`))) return at;
  throw new SandboxError('PATH_NOT_ALLOWED', `${at} is outside of ${ROOTS.join(', ')}`, {
    hint: 'Use a path below /workspace or /tmp; relative ones are below /workspace.',
  });
}

function explained(error: unknown, at: string, domain: string): unknown {
  if (!(error instanceof RemoteFailure)) return error;
  if (error.status === 404 && error.code === 'FILE_NOT_FOUND')
    return new SandboxError('FILE_NOT_FOUND', `Nothing is at ${at}`, {
      hint: 'Call list_files to see what is there.',
      cause: error,
    });
  const isRefused =
    error.status !== undefined && (error.code === 'RUNTIME_ERROR' || error.code === 'INVALID_REQUEST_BODY');
  return isRefused
    ? invalid(`${at}: ${error.message}`, 'Call list_files to see what is there.')
    : unavailable(error, domain);
}

function invalid(message: string, hint: string): SandboxError {
  return new SandboxError('INVALID_ARGUMENT', message, { hint });
}

function compare(a: FileEntry, b: FileEntry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
