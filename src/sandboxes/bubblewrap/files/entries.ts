import { closeSync, type Stats } from 'node:fs';
import { join } from 'node:path/posix';
import type { FileEntry, FileList, ListOptions } from '../../files.ts';
import { type FolderItem, itemsOf } from './folder-items.ts';
import { codeOfError } from './porter-error.ts';
import { openFolder, statAt } from './walk.ts';

/** Names that one list looks at: a sandbox, or a folder of the host, can hold many more. */
const MAX_SCANNED = 200_000;
/** Folders that wait to be looked into hold a descriptor each; the further ones are left out. */
const MAX_OPEN_FOLDERS = 1000;

interface OpenFolder {
  fd: number;
  path: string;
}

/** Furthest time that a Date can have, before and after 1970. */
const MAX_TIME_MS = 8.64e15;

export function toEntry(path: string, stats: Stats): FileEntry {
  // Code may give a file any time, and a sparse file almost any size.
  const modifiedAt = new Date(Math.max(-MAX_TIME_MS, Math.min(MAX_TIME_MS, stats.mtimeMs)));
  const sizeBytes = Math.min(stats.size, Number.MAX_SAFE_INTEGER);
  return { path, type: typeOf(stats), sizeBytes, modifiedAt };
}

function typeOf(stats: Stats): FileEntry['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

/** What is in the folder at `at`, which is `path` for people. Level by level, so that the shallowest come first. */
export function listFolder(at: string, path: string, options: ListOptions): FileList {
  const list = new GrowingList(options.maxEntries);
  let level: OpenFolder[] = [{ fd: openFolder(at), path }];
  for (let deep = 1; level.length > 0; deep += 1) {
    const next: OpenFolder[] = [];
    try {
      for (const folder of level) list.add(folder, deep < options.depth ? next : undefined);
    } catch (error) {
      closeAll(next);
      throw error;
    } finally {
      closeAll(level);
    }
    level = next;
  }
  return list.toList();
}

class GrowingList {
  readonly #max: number;
  readonly #entries: FileEntry[] = [];
  #scanned = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** `next` takes the folders in it. One that may not be read counts as empty. */
  add(folder: OpenFolder, next: OpenFolder[] | undefined): void {
    for (const { name, at, isFolder } of this.#read(folder.fd)) {
      const path = join(folder.path, name);
      if (this.#entries.length < this.#max) {
        const stats = statAt(at);
        if (stats) this.#entries.push(toEntry(path, stats));
      }
      if (!next || !isFolder || next.length >= MAX_OPEN_FOLDERS) continue;
      const fd = tryOpen(at);
      if (fd !== undefined) next.push({ fd, path });
    }
  }

  toList(): FileList {
    const entries = this.#entries.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { entries, leftOut: this.#scanned - entries.length };
  }

  #read(fd: number): FolderItem[] {
    const items: FolderItem[] = [];
    if (this.#scanned >= MAX_SCANNED) return items;
    try {
      for (const item of itemsOf(fd)) {
        items.push(item);
        this.#scanned += 1;
        if (this.#scanned >= MAX_SCANNED) break;
      }
    } catch (error) {
      if (!isClosedToUs(error)) throw error;
    }
    return items.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** Undefined where it has been replaced, removed or closed meanwhile. */
function tryOpen(at: Buffer): number | undefined {
  try {
    return openFolder(at);
  } catch (error) {
    if (isClosedToUs(error)) return undefined;
    throw error;
  }
}

function isClosedToUs(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(codeOfError(error) ?? '');
}

function closeAll(folders: readonly OpenFolder[]): void {
  for (const { fd } of folders) closeSync(fd);
}
