import type { z } from 'zod';
import type { FileEntry } from '../files.ts';
import type { Execd } from './execd.ts';
import { RemoteFailure } from './failure.ts';
import { type fileInfo, fileInfos, fileList } from './wire.ts';

const TYPES = ['file', 'directory', 'symlink'] as const;

/** The calls of execd about files. Paths are absolute. Throws {@link RemoteFailure}. */
export class FileCalls {
  readonly #execd: Execd;

  constructor(execd: Execd) {
    this.#execd = execd;
  }

  /** Of the path itself, be it a symbolic link. */
  async info(path: string, signal: AbortSignal): Promise<FileEntry> {
    const call = this.#execd.call('GET', `/files/info?${query({ path })}`, 'asking about a file', signal);
    const info = Object.values(await this.#execd.json(call, fileInfos))[0];
    if (info === undefined) throw new RemoteFailure(`asking about ${path} was answered with nothing`);
    return toEntry({ ...info, path });
  }

  /** Of what a symbolic link leads to. */
  async stat(path: string, signal: AbortSignal): Promise<FileEntry> {
    const own = await this.info(path, signal);
    if (own.type !== 'symlink') return own;
    const target = await this.#execd.output(
      `readlink -f -- "$SANDCELL_PATH"`,
      { SANDCELL_PATH: path },
      signal,
    );
    return target === '' ? own : { ...(await this.info(target, signal)), path };
  }

  async download(
    path: string,
    { offset, length }: { offset: number; length: number },
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const call = this.#execd.call('GET', `/files/download?${query({ path })}`, 'reading a file', signal);
    const range = `bytes=${String(offset)}-${String(offset + length - 1)}`;
    return await this.#execd.stream({ ...call, headers: { ...call.headers, range } });
  }

  /** Makes the file, and its folders, or writes it anew. */
  async upload(path: string, data: Uint8Array, signal: AbortSignal): Promise<void> {
    const call = this.#execd.call('POST', '/files/upload', 'writing a file', signal);
    const metadata = {
      name: 'metadata',
      type: 'application/json',
      data: JSON.stringify({ path, mode: 644 }),
    };
    await this.#execd.text({
      ...call,
      form: [metadata, { name: 'file', type: 'application/octet-stream', data }],
    });
  }

  async list(path: string, depth: number, signal: AbortSignal): Promise<FileEntry[]> {
    const parameters = query({ path, depth: String(depth) });
    const call = this.#execd.call('GET', `/directories/list?${parameters}`, 'listing a folder', signal);
    return ((await this.#execd.json(call, fileList)) ?? []).map(toEntry);
  }

  async makeDirectory(path: string, signal: AbortSignal): Promise<void> {
    await this.#execd.makeDirectory(path, signal);
  }

  async removeFile(path: string, signal: AbortSignal): Promise<void> {
    await this.#execd.text(
      this.#execd.call('DELETE', `/files?${query({ path })}`, 'removing a file', signal),
    );
  }

  /** With all that it holds. */
  async removeDirectory(path: string, signal: AbortSignal): Promise<void> {
    await this.#execd.text(
      this.#execd.call('DELETE', `/directories?${query({ path })}`, 'removing a folder', signal),
    );
  }

  /** Refuses a target that exists. */
  async move(src: string, dest: string, signal: AbortSignal): Promise<void> {
    const call = this.#execd.call('POST', '/files/mv', 'moving a file', signal);
    await this.#execd.text({ ...call, json: [{ src, dest }] });
  }
}

function query(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString();
}

function toEntry({ path, type, size, modified_at }: z.output<typeof fileInfo>): FileEntry {
  return {
    path,
    type: TYPES.find((known) => known === type) ?? 'other',
    sizeBytes: size,
    modifiedAt: new Date(modified_at ?? 0),
  };
}
