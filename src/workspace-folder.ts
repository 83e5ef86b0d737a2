import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder of the host that is /workspace of every sandbox. */
export interface WorkspaceFolder {
  path: string;
  isReadOnly: boolean;
}

const PROGRAM = fileURLToPath(new URL('..', import.meta.url));

/** Of the system: neither these nor anything below them. */
const SYSTEM = ['bin', 'boot', 'dev', 'etc', 'lib', 'lib32', 'lib64', 'libx32', 'proc', 'sbin', 'sys', 'usr'];
/** Too much at once. */
const TOO_WIDE = ['/', '/home', '/media', '/mnt', '/opt', '/root', '/run', '/srv', '/tmp', '/var'];

/** Reads `DIR` or `DIR:ro`. The path is absolute; nothing is asked of the file system. */
export function parseWorkspace(text: string): WorkspaceFolder {
  const isReadOnly = text.endsWith(':ro');
  return { path: resolve(isReadOnly ? text.slice(0, -3) : text), isReadOnly };
}

/** Why the setting cannot be used, with its name and value; undefined where it can. */
export function whyUnfit(setting: string | undefined): string | undefined {
  const problem = setting === undefined ? undefined : problemOf(parseWorkspace(setting));
  return problem === undefined ? undefined : `workspace is ${JSON.stringify(setting)}: ${problem}`;
}

function problemOf({ path, isReadOnly }: WorkspaceFolder): string | undefined {
  const real = realPath(path);
  if (real === undefined || !statSync(real).isDirectory()) return `${path} is no folder`;
  const protectedBy = whatItGivesAway(real);
  if (protectedBy !== undefined) return `${real} ${protectedBy}`;
  if (process.getuid?.() === 0) return undefined;
  try {
    accessSync(real, constants.R_OK | constants.X_OK | (isReadOnly ? 0 : constants.W_OK));
    return undefined;
  } catch {
    return `${real} cannot be ${isReadOnly ? 'read' : 'read and written'} by the user of this server`;
  }
}

/** Code in a sandbox may change what is in the folder: nothing that rules over the server, or over its user, may be there. */
function whatItGivesAway(real: string): string | undefined {
  if (SYSTEM.some((name) => isBelow(real, `/${name}`))) return 'belongs to the system';
  if (TOO_WIDE.includes(real)) return 'is too much: name a folder in it';
  const home = realPath(process.env['HOME'] ?? homedir());
  if (home !== undefined && isBelow(home, real)) return 'holds the home of the user of this server';
  if (home !== undefined && isBelow(real, home) && relative(home, real).startsWith('.'))
    return 'is among the hidden folders of a home, which hold settings and keys';
  if (isBelow(real, PROGRAM) || isBelow(PROGRAM, real)) return 'holds, or is part of, this program';
  const { XDG_CACHE_HOME, XDG_CONFIG_HOME, XDG_RUNTIME_DIR } = process.env;
  const own = [XDG_CACHE_HOME, XDG_CONFIG_HOME, XDG_RUNTIME_DIR, tmpdir(), dirname(process.execPath)];
  const given = own
    .map((folder) => (folder ? realPath(folder) : undefined))
    .filter((one) => one !== undefined);
  if (given.some((folder) => isBelow(folder, real))) return 'holds folders that this server works in';
  const cache = XDG_CACHE_HOME ? realPath(join(XDG_CACHE_HOME, 'sandcell')) : undefined;
  return cache !== undefined && isBelow(real, cache) ? 'is part of the cache of this server' : undefined;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep));
}
