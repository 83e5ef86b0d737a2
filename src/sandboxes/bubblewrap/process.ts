import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { groupOf } from '../../processes/proc.ts';

export type StdioEntry = 'ignore' | 'pipe' | 'ipc' | number;

/** The only environment a process of a sandbox starts with: bwrap's own pid 1 keeps what it was started with readable. */
const CLEAN_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** Steps to be done in the process itself before it becomes `argv`: joining cgroups, bind mounts, changing its user. */
export interface Launch {
  argv: readonly [string, ...string[]];
  stdio: readonly StdioEntry[];
  /** cgroup.procs files that the process writes itself into. */
  procsFiles?: readonly string[];
  /** An fstab whose lines are mounted first, in a mount namespace of this process alone (root only). */
  fstab?: string | undefined;
  /** A command that mounts something, run there as well, in the same namespace. */
  mounting?: readonly string[] | undefined;
  /** Host uid and gid to run as (root only). */
  uid?: number | undefined;
}

/** Starts a process in `/` with a clean environment and without the server's own descriptors. The caller kills it. */
export function launch({ argv, stdio, procsFiles = [], fstab, mounting, uid }: Launch): ChildProcess {
  const leaked = leakedDescriptors().filter((fd) => fd >= stdio.length);
  const steps = [
    ...leaked.map((fd) => `exec ${String(fd)}>&-`),
    ...procsFiles.map((file) => `echo 0 > ${quote(file)}`),
    ...(fstab === undefined ? [] : [`mount -a -T ${quote(fstab)}`]),
    ...(mounting === undefined ? [] : [mounting.map(quote).join(' ')]),
  ];
  const asUser =
    uid === undefined
      ? argv
      : ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups', ...argv];
  // dash cannot name a descriptor above 9; bash reads ~/.bashrc where its stdin is a socket.
  const shell = leaked.length > 0 ? ['/bin/bash', '--norc'] : ['/bin/sh'];
  const inShell =
    steps.length === 0 ? asUser : [...shell, '-c', `${steps.join(' && ')} && exec "$@"`, 'sh', ...asUser];
  const [command = '', ...args] =
    fstab === undefined && mounting === undefined
      ? inShell
      : ['unshare', '-m', '--propagation', 'slave', ...inShell];
  return spawn(command, args, { stdio: [...stdio], cwd: '/', env: CLEAN_ENV });
}

/**
 * Descriptors that this server was started with and that would be inherited on: libuv marks its own close-on-exec,
 * but not those of the program that started Node.
 */
function leakedDescriptors(): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd > 2 && !isCloseOnExec(fd));
}

function isCloseOnExec(fd: number): boolean {
  try {
    const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${String(fd)}`, 'utf8'))?.[1];
    return flags === undefined || (Number.parseInt(flags, 8) & 0o2000000) !== 0;
  } catch {
    return true; // the descriptor of the folder that was just read
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Signals the process group of `pid`, the server's own excepted. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  const group = pid === undefined ? undefined : groupOf(pid);
  if (group !== undefined && group > 1 && group !== groupOf(process.pid)) trySignal(-group, signal);
}

/** False where the process is gone. */
export function trySignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
