import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder, type Environment } from '../../../user-folders.ts';

/** Where prepared folders are inside every sandbox. */
export const PREPARED = '/opt/sandcell/prepared';

/** What has not been used for so long belongs to a runtime or a version of Sandcell that is gone. */
const UNUSED_DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;

/** After that time what failed is tried again: a full disk may have been emptied. */
const FAILURE_HOLDS_MS = DAY_MS;

/** The prepared folders in the user's cache: `prepared/` holds finished ones alone, `preparing/` all the rest. */
export class PreparedFolders {
  readonly finished: string;
  readonly #unfinished: string;

  constructor(env: Environment = process.env) {
    this.finished = join(cacheFolder(env), 'prepared');
    this.#unfinished = join(cacheFolder(env), 'preparing');
  }

  /** Throws the system's error where the cache cannot be written. */
  create(): void {
    for (const folder of [this.finished, this.#unfinished])
      mkdirSync(folder, { recursive: true, mode: 0o755 });
  }

  /** Where one preparation is made; see {@link build}. */
  placesOf(key: string): { final: string; building: string; scratch: string; lock: string } {
    const at = join(this.#unfinished, key);
    return {
      final: join(this.finished, key),
      building: `${at}.out`,
      scratch: `${at}.scratch`,
      lock: `${at}.lock`,
    };
  }

  async isReady(key: string): Promise<boolean> {
    return await stat(join(this.finished, key)).then(
      () => true,
      () => false,
    );
  }

  /** Keeps a folder in use from being swept. */
  async touch(key: string): Promise<void> {
    const now = new Date();
    await utimes(join(this.finished, key), now, now).catch(() => undefined); // a cache that only root can write
  }

  /** Why it could not be made the last time; undefined where it may be tried. */
  async failureOf(key: string): Promise<string | undefined> {
    try {
      const content: unknown = JSON.parse(await readFile(this.#failureFile(key), 'utf8'));
      const { reason, atMs } = failureSchema.parse(content);
      return Date.now() - atMs < FAILURE_HOLDS_MS ? reason : undefined;
    } catch {
      return undefined;
    }
  }

  /** What a finished one says it can and cannot do: "on", or why not. Empty where it says nothing. */
  async featuresOf(key: string): Promise<Readonly<Record<string, string>>> {
    try {
      const content: unknown = JSON.parse(await readFile(join(this.finished, key, 'manifest.json'), 'utf8'));
      return manifestSchema.parse(content).Features;
    } catch {
      return {};
    }
  }

  async setFailure(key: string, reason: string | undefined): Promise<void> {
    const file = this.#failureFile(key);
    if (reason === undefined) await rm(file, { force: true });
    else await writeFile(file, JSON.stringify({ reason, atMs: Date.now() })).catch(() => undefined); // then it is tried again
  }

  /** Removes what nobody has used for a month. */
  async sweep(): Promise<void> {
    await mkdir(this.finished, { recursive: true });
    for (const name of await readdir(this.finished)) {
      const folder = join(this.finished, name);
      const { mtimeMs } = await stat(folder);
      if (Date.now() - mtimeMs > UNUSED_DAYS * DAY_MS) await rm(folder, { recursive: true, force: true });
    }
  }

  #failureFile(key: string): string {
    return join(this.#unfinished, `${key}.failed`);
  }
}

/** Part of the manifest that the guest's own preparation writes. */
const manifestSchema = z.object({ Features: z.record(z.string(), z.string()) });

const failureSchema = z.strictObject({ reason: z.string(), atMs: z.number() });
