import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { cacheFolder, type Environment } from '../user-folders.ts';
import type { RuntimeFacts } from './runtime-facts.ts';
import type { Candidate } from './runtime-places.ts';

/**
 * Remembers what executables said when they were run, across servers, until the executable changes. Only what was said
 * is kept: what follows from it (which folders a sandbox sees) is worked out anew each time. A cache that cannot be
 * read or written is never an error, only slower.
 */
export class RuntimeCache {
  readonly #file: string;
  #entries: Promise<Map<string, Entry>> | undefined;

  constructor(env: Environment) {
    this.#file = path.join(cacheFolder(env), 'runtimes.json');
  }

  async get(candidate: Candidate): Promise<RuntimeFacts | undefined> {
    const entry = (await this.#load()).get(candidate.executable);
    const isSame = entry?.sizeBytes === candidate.sizeBytes && entry.modifiedAtMs === candidate.modifiedAtMs;
    return isSame ? entry.facts : undefined;
  }

  async set({ executable, sizeBytes, modifiedAtMs }: Candidate, facts: RuntimeFacts): Promise<void> {
    const entries = await this.#load();
    entries.set(executable, { sizeBytes, modifiedAtMs, facts });
    // Renamed into place: another server never reads half a file. Of two at once the last wins, and loses little.
    const temporary = `${this.#file}.${randomUUID()}`;
    try {
      await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      await writeFile(temporary, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
      await rename(temporary, this.#file);
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async #load(): Promise<Map<string, Entry>> {
    this.#entries ??= readEntries(this.#file);
    return this.#entries;
  }
}

const entrySchema = z.strictObject({
  sizeBytes: z.number(),
  modifiedAtMs: z.number(),
  facts: z.strictObject({ version: z.string(), prefixes: z.array(z.string().startsWith('/')) }),
});

type Entry = z.infer<typeof entrySchema>;

async function readEntries(file: string): Promise<Map<string, Entry>> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    return new Map(Object.entries(z.record(z.string(), entrySchema).parse(content)));
  } catch {
    return new Map();
  }
}
