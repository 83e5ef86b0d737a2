import type { FileHandle } from 'node:fs/promises';
import type { Logger } from '../logger.ts';
import { isFound } from './documents.ts';
import { Download, type Ending, type OpenFile } from './download.ts';
import type { DownloadStore } from './download-store.ts';
import { BAD_ANSWER, FrontError, NOT_FOUND, UNREACHABLE } from './front-error.ts';
import { Check, fromHashes, type Integrity, isStrong } from './integrity.ts';
import { hostAndPort, type Registry } from './registry.ts';
import { nameOf, type Upstream } from './upstream.ts';

const CHUNK_BYTES = 262_144;
const FILE_TIMEOUT_MS = 3600_000;
/** A file that was wrong is not fetched again for so long: who asks again is told why. */
const FAILED_MS = 30_000;

/** A file of a registry that never changes. */
export interface FileSource {
  readonly registry: Registry;
  readonly url: URL;
  /** What the registry says it hashes to. Without one, it is not kept, but for Go, which checks for itself. */
  readonly integrity: Integrity | undefined;
  readonly isAlwaysKept?: boolean;
}

/** Files of registries: from the disk where they were downloaded before, checked against their hash each time. */
export class Files {
  readonly #upstream: Upstream;
  readonly #store: DownloadStore;
  readonly #logger: Logger;
  readonly #stopped: AbortSignal;
  readonly #running = new Map<string, Promise<Download>>();
  readonly #failed = new Map<string, { untilMs: number; error: FrontError }>();

  constructor(upstream: Upstream, store: DownloadStore, logger: Logger, stopped: AbortSignal) {
    this.#upstream = upstream;
    this.#store = store;
    this.#logger = logger;
    this.#stopped = stopped;
  }

  /** Throws a {@link FrontError} where the registry does not give it; what goes wrong later is thrown on reading. */
  async open(source: FileSource): Promise<OpenFile> {
    const integrity = await this.#knownIntegrity(source);
    const handle = integrity && (await this.#store.openBlob(integrity));
    if (!handle) return this.#download(source);
    const { size } = await handle.stat();
    return {
      sizeBytes: size,
      read: () => this.#readBlob(handle, size, integrity),
      [Symbol.asyncDispose]: async () => handle.close(),
    };
  }

  /** Once `stopped` has aborted: nothing of what was under way is left. */
  async settled(): Promise<void> {
    for (const running of this.#running.values()) {
      const download = await running.catch(() => undefined);
      await download?.ending;
    }
  }

  async #knownIntegrity({ url, integrity, isAlwaysKept }: FileSource): Promise<Integrity | undefined> {
    if (integrity !== undefined && isStrong(integrity)) return integrity;
    if (integrity === undefined && isAlwaysKept !== true) return undefined;
    const link = await this.#store.read('links', linkKey(url, integrity));
    return link && fromHashes({ sha256: link.toString('utf8') });
  }

  /** The last byte comes once the hash is right: the disk may have been damaged. */
  async *#readBlob(handle: FileHandle, sizeBytes: number, integrity: Integrity): AsyncGenerator<Buffer> {
    const check = new Check(integrity);
    for (let position = 0; ;) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(sizeBytes - position, 1)));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      const chunk = buffer.subarray(0, bytesRead);
      check.update(chunk);
      position += bytesRead;
      const isLast = bytesRead === 0 || position >= sizeBytes;
      if (isLast && check.finish() === undefined) break;
      yield chunk;
      if (isLast) return;
    }
    await this.#store.removeBlob(integrity);
    this.#logger.warn('a damaged file was removed from the download cache', { file: integrity.hex });
    throw new FrontError(UNREACHABLE, 'a file of the download cache was damaged, and is removed');
  }

  async #download(source: FileSource): Promise<OpenFile> {
    const key = linkKey(source.url, source.integrity);
    const failed = this.#failed.get(key);
    if (failed !== undefined && failed.untilMs > Date.now()) throw failed.error;
    const file = (await this.#shared(key, source)).open();
    if (file !== undefined) return file;
    this.#running.delete(key);
    return this.open(source); // it has just been kept, or given up
  }

  async #shared(key: string, source: FileSource): Promise<Download> {
    let running = this.#running.get(key);
    if (running === undefined) {
      running = this.#start(source);
      this.#running.set(key, running);
      const forget = (): void => {
        if (this.#running.get(key) === running) this.#running.delete(key);
      };
      void running.then(
        async (download) => {
          await this.#settle(source, await download.ending);
          forget();
        },
        () => {
          forget();
        },
      );
    }
    return running;
  }

  async #start({ registry, url, integrity: expected, isAlwaysKept = false }: FileSource): Promise<Download> {
    const signal = AbortSignal.any([this.#stopped, AbortSignal.timeout(FILE_TIMEOUT_MS)]);
    const answer = await this.#upstream.ask(registry, url, { headers: { accept: '*/*' }, signal });
    if (!isFound(registry, answer)) throw new FrontError(NOT_FOUND, `${nameOf(registry)} has no such file`);
    return Download.start(answer, { registry, store: this.#store, expected, isAlwaysKept });
  }

  async #settle({ registry, url, integrity }: FileSource, ending: Ending): Promise<void> {
    const key = linkKey(url, integrity);
    if (ending instanceof FrontError && ending.status === BAD_ANSWER) {
      this.#logger.warn('a file of a registry is not used', {
        url: url.origin + url.pathname,
        why: ending.message,
      });
      if (this.#failed.size > 1000) this.#failed.clear();
      this.#failed.set(key, { untilMs: Date.now() + FAILED_MS, error: ending });
    }
    if (ending === undefined || ending instanceof Error) return;
    if (integrity === undefined || !isStrong(integrity))
      await this.#store.write('links', key, [Buffer.from(ending.hex)]);
    this.#logger.debug('downloaded', { registry: hostAndPort(registry.url).host });
  }
}

function linkKey(url: URL, integrity: Integrity | undefined): string {
  return `${url.href}\n${integrity?.algorithm ?? ''}\n${integrity?.hex ?? ''}`;
}
