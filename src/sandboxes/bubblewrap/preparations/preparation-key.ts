import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Preparation } from '../../../kernels/preparation.ts';
import type { Runtime } from '../../../kernels/runtimes.ts';

export const GUESTS = fileURLToPath(new URL('../../../../guests', import.meta.url));

/** What the build sandbox gives to a preparation; changed when that changes, so that all are made anew. */
const FORMAT = '1';

/** Name of the folder of a preparation: another runtime, guest or parameter gives another one. */
export async function keyOf(preparation: Preparation, runtime: Runtime): Promise<string> {
  const { size, mtimeMs } = await stat(runtime.executable);
  const facts = [FORMAT, runtime.executable, String(size), String(mtimeMs), process.arch];
  const hash = createHash('sha256');
  for (const part of [...facts, ...preparation.command, ...preparation.parameters]) hash.update(`${part}\0`);
  hash.update(await contentOf(preparation.guest));
  return `${preparation.name}-${runtime.version}-${hash.digest('hex').slice(0, 12)}`;
}

const contents = new Map<string, Promise<Buffer>>();

/** Digest of all files of a guest; read once, because a running server's guests do not change. */
function contentOf(guest: string): Promise<Buffer> {
  const known = contents.get(guest) ?? readContent(join(GUESTS, guest));
  contents.set(guest, known);
  return known;
}

async function readContent(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash.update(`${file.slice(folder.length)}\0`);
    hash.update(await readFile(file));
  }
  return hash.digest();
}
