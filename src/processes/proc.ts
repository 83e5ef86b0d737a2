import { readFileSync, readlinkSync } from 'node:fs';

/** Children of a process; empty once it is gone. */
export function childrenOf(pid: number): number[] {
  const children = readProc(`/proc/${String(pid)}/task/${String(pid)}/children`) ?? '';
  return children.split(' ').filter(Boolean).map(Number);
}

/** Whether a process has not ended; one that nobody has waited for yet has. */
export function isRunning(pid: number): boolean {
  const state = statFields(pid)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Process group of a process; undefined once it is gone. */
export function groupOf(pid: number): number | undefined {
  const group = statFields(pid)?.[2];
  return group === undefined ? undefined : Number(group);
}

/** When a process started, in clock ticks since boot: a pid alone may be somebody else's by now. */
export function startTimeOf(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** Names the pid namespace of this process: what is said of pids holds in it alone. */
export function pidNamespace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
}

/** From field 3 of /proc/PID/stat on. The command's name before it stands in parentheses and may hold anything. */
function statFields(pid: number): string[] | undefined {
  const stat = readProc(`/proc/${String(pid)}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A file of /proc; undefined once its process is gone, or where it may not be read. */
export function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
