import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PATH } from './run-command.ts';

/**
 * Where a command of the system is. Around a sandbox, commands are looked for in the folders of the default alone, not
 * in the PATH of the server: what stands elsewhere is not there inside the sandbox.
 */
export function findCommand(name: string, path = DEFAULT_PATH): string | undefined {
  return path
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** The package that brings a command around a sandbox; distributions agree on the names but for one. */
export function packageOf(command: string): string {
  if (command === 'bwrap') return 'bubblewrap';
  if (command === 'mount' && findCommand('apt-get') !== undefined) return 'mount';
  return command === 'mkfifo' ? 'coreutils' : 'util-linux';
}

const MANAGERS = [
  ['apt-get', 'apt-get install -y'],
  ['dnf', 'dnf install -y'],
  ['pacman', 'pacman -S --noconfirm'],
  ['apk', 'apk add'],
  ['zypper', 'zypper --non-interactive install'],
] as const;

/** A sentence with the command that installs packages of the system on this machine. */
export function howToInstall(packages: readonly string[]): string {
  const names = [...new Set(packages)].join(' ');
  const install = MANAGERS.find(([manager]) => findCommand(manager) !== undefined)?.[1];
  if (install === undefined) return `Install with the package manager of this system: ${names}.`;
  return `Run: ${process.getuid?.() === 0 ? '' : 'sudo '}${install} ${names}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
