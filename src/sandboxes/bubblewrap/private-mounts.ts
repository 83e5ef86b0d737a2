import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mount } from '../../kernels/kernel.ts';
import { isPrivate } from './mounts.ts';

export interface ReachableMounts {
  mounts: readonly Mount[];
  /** Path of an fstab that makes them reachable; undefined where all are anyway. */
  fstab: string | undefined;
}

/**
 * Root's own folders (a runtime below /root) are out of reach once it has become another user. Each gets an empty place
 * in `folder`, and a line in an fstab that binds it there; an anchor mounts these, for itself alone, while it is still root.
 */
export function makeReachable(mounts: readonly Mount[], folder: string): ReachableMounts {
  const lines: string[] = [];
  const reachable = mounts.map(({ source, target }) => {
    if (!isPrivate(source)) return { source, target };
    const place = join(folder, `bind-${String(lines.length)}`);
    if (statSync(source).isDirectory()) mkdirSync(place);
    else writeFileSync(place, '');
    lines.push(`${escape(source)} ${escape(place)} none bind 0 0`);
    return { source: place, target };
  });
  if (lines.length === 0) return { mounts: reachable, fstab: undefined };
  const fstab = join(folder, 'fstab');
  writeFileSync(fstab, `${lines.join('\n')}\n`);
  return { mounts: reachable, fstab };
}

/** fstab(5) separates by white space. */
function escape(path: string): string {
  return path.replaceAll(/[\s\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
