import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Folders of the control groups that this process is in, as they are mounted here. */
export interface OwnGroups {
  /** By controller: "memory", "pids", "cpu". */
  readonly v1: ReadonlyMap<string, string>;
  readonly v2: string | null;
}

export async function readOwnGroups(): Promise<OwnGroups> {
  try {
    const [groups, mounts] = await Promise.all(
      ['/proc/self/cgroup', '/proc/self/mountinfo'].map(async (file) => readFile(file, 'utf8')),
    );
    return parseOwnGroups(groups ?? '', mounts ?? '');
  } catch {
    // A kernel without control groups.
    return { v1: new Map(), v2: null };
  }
}

/** Joins what /proc/self/cgroup and /proc/self/mountinfo say; groups that no mount shows are left out. */
export function parseOwnGroups(groups: string, mountinfo: string): OwnGroups {
  const mounts = mountinfo
    .split('\n')
    .map(parseMount)
    .filter((mount) => mount !== null);
  const v1 = new Map<string, string>();
  let v2: string | null = null;
  for (const line of groups.split('\n')) {
    const [, controllers, group] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || group === undefined) continue;
    if (controllers === '') {
      v2 = folderOf(
        group,
        mounts.filter((mount) => mount.type === 'cgroup2'),
      );
      continue;
    }
    for (const controller of controllers.split(',')) {
      const shown = mounts.filter((mount) => mount.type === 'cgroup' && mount.options.includes(controller));
      const folder = folderOf(group, shown);
      if (folder !== null) v1.set(controller, folder);
    }
  }
  return { v1, v2 };
}

interface Mount {
  /** The part of the hierarchy that is mounted: "/" for all of it. */
  root: string;
  point: string;
  type: string;
  options: string[];
}

/** "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory" */
function parseMount(line: string): Mount | null {
  const [place = '', kind = ''] = line.split(' - ');
  const [, , , root, point] = place.split(' ');
  const [type, , options = ''] = kind.split(' ');
  if (root === undefined || point === undefined || type === undefined) return null;
  return { root: unescapeOctal(root), point: unescapeOctal(point), type, options: options.split(',') };
}

function folderOf(group: string, mounts: readonly Mount[]): string | null {
  for (const { root, point } of mounts) {
    const below = path.posix.relative(root, group);
    // "/.." in a group means that it lies outside of this cgroup namespace.
    if (!below.startsWith('..') && !group.startsWith('/..')) return path.posix.join(point, below);
  }
  return null;
}

/** mountinfo writes space, tab, newline and backslash as `\040` and the like. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
