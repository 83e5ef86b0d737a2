import { createHash, randomUUID } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Environment, cacheFolder } from '../user-folders.ts';
import type { Integrity } from './integrity.ts';

const FOLDERS = ['blobs', 'links', 'documents', 'partial'] as const;
/** What a server that died has left unfinished is removed by the next one after so long. */
const ABANDONED_MS = 6 * 3600 * 1000;

/**
 * The folder of what was downloaded, shared by all servers of a user: `blobs/` holds files by their hash, `links/` says
 * which hash a URL without one of its own had, `documents/` are answers that change. Everything is written beside
 * and renamed into place, so that nobody reads half of it. What is least recently used goes first.
 */
export class DownloadStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  #eviction: Promise<void> | undefined;
  #isTemporary = false;

  private constructor(folder: string, maxBytes: number, isTemporary: boolean) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#isTemporary = isTemporary;
  }

  /** In the user's cache; where that cannot be written, in a folder of this server's own. */
  static async open(env: Environment, maxMiB: number): Promise<DownloadStore> {
    const maxBytes = maxMiB * 1_048_576;
    const store = new DownloadStore(downloadFolder(env), maxBytes, false);
    try {
      await store.#create();
      return store;
    } catch {
      const folder = await mkdtemp(path.join(tmpdir(), 'sandcell-downloads-'));
      const temporary = new DownloadStore(folder, maxBytes, true);
      await temporary.#create();
      return temporary;
    }
  }

  /** The file of a hash, to be read and closed by the caller. */
  async openBlob(integrity: Integrity): Promise<FileHandle | undefined> {
    const file = this.#blob(integrity);
    const handle = await open(file, 'r').catch(() => undefined);
    if (handle !== undefined) await touch(file);
    return handle;
  }

  /** A new file to download into, and its path for {@link keepBlob}. The caller closes and, in the end, discards it. */
  async openPartial(): Promise<{ handle: FileHandle; file: string }> {
    const file = path.join(this.#folder, 'partial', randomUUID());
    const create = async (): Promise<FileHandle> => open(file, 'wx+', 0o600);
    const handle = await create().catch(async () => {
      await this.#create(); // somebody has removed the folder
      return create();
    });
    return { handle, file };
  }

  async keepBlob(partial: string, integrity: Integrity): Promise<void> {
    await rename(partial, this.#blob(integrity));
    this.#evictSoon();
  }

  async discard(partial: string): Promise<void> {
    await rm(partial, { force: true }).catch(() => undefined);
  }

  async removeBlob(integrity: Integrity): Promise<void> {
    await rm(this.#blob(integrity), { force: true }).catch(() => undefined);
  }

  async read(kind: 'links' | 'documents', key: string): Promise<Buffer | undefined> {
    const file = this.#named(kind, key);
    const content = await readFile(file).catch(() => undefined);
    if (content !== undefined) await touch(file);
    return content;
  }

  /** A cache that cannot be written is only slower. */
  async write(kind: 'links' | 'documents', key: string, content: readonly Buffer[]): Promise<void> {
    const partial = await this.openPartial().catch(() => undefined);
    if (partial === undefined) return;
    try {
      await partial.handle.writeFile(Buffer.concat(content));
      await rename(partial.file, this.#named(kind, key));
    } catch {
      await this.discard(partial.file);
    } finally {
      await partial.handle.close();
    }
    this.#evictSoon();
  }

  async dispose(): Promise<void> {
    await this.#eviction;
    if (this.#isTemporary) await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
  }

  async #create(): Promise<void> {
    for (const folder of FOLDERS) {
      await mkdir(path.join(this.#folder, folder), { recursive: true, mode: 0o700 });
    }
    const probe = path.join(this.#folder, 'partial', randomUUID());
    await writeFile(probe, '', { mode: 0o600 });
    await rm(probe);
    await removeAbandoned(path.join(this.#folder, 'partial'));
  }

  #blob({ algorithm, hex }: Integrity): string {
    return path.join(this.#folder, 'blobs', `${algorithm}-${hex}`);
  }

  #named(kind: 'links' | 'documents', key: string): string {
    return path.join(this.#folder, kind, createHash('sha256').update(key).digest('hex'));
  }

  /** At most one at a time; what is written meanwhile is seen by the next one. */
  #evictSoon(): void {
    this.#eviction ??= evict(this.#folder, this.#maxBytes).finally(() => {
      this.#eviction = undefined;
    });
  }
}

export function downloadFolder(env: Environment): string {
  return path.join(cacheFolder(env), 'downloads');
}

/** All files below the folder of the downloads; none where it is not there. */
export async function listDownloads(folder: string): Promise<Download[]> {
  const lists = await Promise.all(
    FOLDERS.map(async (name) => {
      const files = await readdir(path.join(folder, name)).catch(() => []);
      return Promise.all(files.map(async (file) => toDownload(path.join(folder, name, file))));
    }),
  );
  return lists.flat().filter((download) => download !== undefined);
}

interface Download {
  readonly file: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

async function toDownload(file: string): Promise<Download | undefined> {
  const found = await stat(file).catch(() => undefined); // another server may have removed it
  return found && { file, sizeBytes: found.size, usedAtMs: found.mtimeMs };
}

async function evict(folder: string, maxBytes: number): Promise<void> {
  const kept = (await listDownloads(folder)).filter(({ file }) => !file.includes('/partial/'));
  let sizeBytes = kept.reduce((sum, download) => sum + download.sizeBytes, 0);
  if (sizeBytes <= maxBytes) return;
  // Somewhat below the limit, so that not every file that comes makes others go.
  for (const { file, sizeBytes: own } of kept.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (sizeBytes <= maxBytes * 0.9) return;
    await rm(file, { force: true }).catch(() => undefined);
    sizeBytes -= own;
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const download = await toDownload(path.join(folder, name));
    if (download === undefined || Date.now() - download.usedAtMs < ABANDONED_MS) continue;
    await rm(download.file, { force: true });
  }
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}
