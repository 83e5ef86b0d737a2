import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Mount } from '../../kernels/kernel.ts';

/** Read-only parts of the host's /etc that programs need; no passwd, no host name, no credentials. */
const ETC = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'alternatives',
  'ssl/certs',
  'ssl/openssl.cnf',
  'pki/tls/certs',
  'pki/ca-trust/extracted',
  'ca-certificates',
  'localtime',
  'mime.types',
  'fonts',
  'os-release',
  'magic',
  'maven/m2.conf',
  'maven/logging',
  'terminfo',
];

const SYSTEM_LINKS = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** bwrap arguments that make the host's system visible: /usr, the links into it, and some of /etc. */
export function systemMounts(): string[] {
  const args = ['--ro-bind', '/usr', '/usr'];
  for (const name of SYSTEM_LINKS) {
    const path = `/${name}`;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) args.push('--symlink', readlinkSync(path), path);
    else if (found) args.push('--ro-bind', path, path);
  }
  if (isFolder('/usr/local/etc')) args.push('--tmpfs', '/usr/local/etc', '--remount-ro', '/usr/local/etc');
  args.push('--perms', '0755', '--dir', '/etc', '--perms', '0755', '--dir', '/run');
  for (const name of ETC) args.push('--ro-bind-try', `/etc/${name}`, `/etc/${name}`);
  return args;
}

/** bwrap arguments for folders and files bound read-only; their parent folders are made first, passable for all. */
export function readOnlyMounts(mounts: readonly Mount[]): string[] {
  const made = new Set<string>();
  return mounts.flatMap(({ source, target }) => [
    ...parentFolders(target, made),
    '--ro-bind',
    source,
    target,
  ]);
}

function parentFolders(target: string, made: Set<string>): string[] {
  const folders: string[] = [];
  for (let folder = dirname(target); folder !== '/' && !made.has(folder); folder = dirname(folder)) {
    made.add(folder);
    if (!folder.startsWith('/usr/') && folder !== '/usr') folders.unshift('--perms', '0755', '--dir', folder);
  }
  return folders;
}

/** Whether some parent folder keeps other users out, so that a path is not reachable once root has become another user. */
export function isPrivate(path: string): boolean {
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return true;
  }
  return false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
