import { closeSync, renameSync, rmdirSync, statfsSync, type Stats, unlinkSync } from 'node:fs';
import type { FileEntry, FileList, ListOptions } from '../../files.ts';
import { listFolder, toEntry } from './entries.ts';
import { itemsOf } from './folder-items.ts';
import { codeOfError, PorterError } from './porter-error.ts';
import type { PorterPlace, Room } from './porter-protocol.ts';
import { makeMissing, openFolder, type Spot, statAt, walk } from './walk.ts';

/** Folders below each other that are removed at once: each holds a descriptor meanwhile. */
const MAX_REMOVE_DEPTH = 200;
/** A sandbox may go on putting files into a folder that is being removed. */
const REMOVE_PASSES = 3;

export function statPath(place: PorterPlace, path: string): FileEntry {
  using spot = walk(place, path, { follow: true });
  return toEntry(path, statOf(spot));
}

export function list(place: PorterPlace, path: string, options: ListOptions): FileList {
  using spot = walk(place, path, { follow: true });
  checkFolder(statOf(spot));
  return listFolder(spot.at, path, options);
}

export function makeFolder(place: PorterPlace, path: string): void {
  using spot = walk(place, path, { follow: true, make: true });
  makeMissing(spot.at);
  checkFolder(statOf(spot));
}

/** A link itself, not what it leads to. */
export function remove(place: PorterPlace, path: string, recursive: boolean): void {
  using spot = walk(place, path, { follow: false });
  checkNoRoot(spot);
  if (!statOf(spot).isDirectory()) unlinkSync(spot.at);
  else if (recursive) removeFolder(spot.at, 1);
  else rmdirSync(spot.at);
}

export function move(place: PorterPlace, path: string, to: string): void {
  using from = walk(place, path, { follow: false });
  checkNoRoot(from);
  statOf(from);
  using target = walk(place, to, { follow: false, make: true });
  checkNoRoot(target);
  renameSync(from.at, target.at);
}

export function room(place: PorterPlace, path: string): Room {
  const root = place.roots.find((one) => path.startsWith(`${one}/`)) ?? path;
  using spot = walk(place, root, { follow: false });
  const { bsize, blocks, bavail, files, ffree } = statfsSync(spot.at);
  return { bytes: blocks * bsize, freeBytes: bavail * bsize, files, freeFiles: ffree };
}

/** Throws ENOENT. */
function statOf({ at }: Spot): Stats {
  const stats = statAt(at);
  if (stats) return stats;
  throw new PorterError('ENOENT');
}

function checkFolder(stats: Stats): void {
  if (!stats.isDirectory()) throw new PorterError('ENOTDIR');
}

function checkNoRoot({ isRoot }: Spot): void {
  if (isRoot) throw new PorterError('IS_ROOT');
}

/** Descriptor by descriptor: a name that has become a link is unlinked, never entered. */
function removeFolder(at: string | Buffer, depth: number): void {
  if (depth > MAX_REMOVE_DEPTH) throw new PorterError('TOO_DEEP', String(MAX_REMOVE_DEPTH));
  for (let pass = 1; pass < REMOVE_PASSES; pass += 1) {
    emptyFolder(at, depth);
    try {
      rmdirSync(at);
      return;
    } catch (error) {
      if (codeOfError(error) !== 'ENOTEMPTY') throw error;
    }
  }
  emptyFolder(at, depth);
  rmdirSync(at);
}

function emptyFolder(at: string | Buffer, depth: number): void {
  const folder = openFolder(at);
  try {
    for (const item of itemsOf(folder)) {
      if (item.isFolder) removeFolder(item.at, depth + 1);
      else unlinkSync(item.at);
    }
  } finally {
    closeSync(folder);
  }
}
