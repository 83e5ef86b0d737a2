import { randomUUID } from 'node:crypto';
import { readFileSync, rmdirSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { atExit } from '../../processes/at-exit.ts';
import type { SandboxUsage } from '../sandbox.ts';
import { isOfGoneServer, serverPrefix } from './server-name.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LimitSpec, LimitsMode, SandboxLimits } from './limits.ts';

/** Small enough to fit below any limit the server itself may have. */
export const PROBE_SPEC: LimitSpec = { memoryBytes: 1_048_576, tmpfsBytes: 0, processes: 1, cpuPercent: 1 };

/** The groups of one sandbox. */
export class CgroupLimits implements SandboxLimits {
  readonly mode: LimitsMode;
  readonly procsFiles: readonly string[];
  readonly #folders: readonly string[];
  readonly #oomFile: string;
  /** Where the process ends and nobody has disposed them. */
  readonly #exit = atExit(() => {
    for (const folder of this.#folders) removeGroupNow(folder);
  });

  constructor(mode: LimitsMode, folders: readonly string[], oomFile: string) {
    this.mode = mode;
    this.procsFiles = folders.map((folder) => path.join(folder, 'cgroup.procs'));
    this.#folders = folders;
    this.#oomFile = oomFile;
  }

  oomKills(): number {
    return readCounter(this.#oomFile, 'oom_kill');
  }

  watch(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  async usage(): Promise<SandboxUsage> {
    const number = (file: string): number | undefined => {
      const text = this.#folders
        .map((folder) => readText(path.join(folder, file)))
        .find((found) => found !== '');
      return text === undefined ? undefined : Number(text);
    };
    const stat = this.#folders.map((folder) => path.join(folder, 'cpu.stat'));
    const cpuUs = stat.map((file) => readCounter(file, 'usage_usec')).find((found) => found > 0);
    const cpuNs = number('cpuacct.usage');
    return await Promise.resolve({
      memoryBytes: number('memory.current') ?? number('memory.usage_in_bytes'),
      cpuMs: cpuUs === undefined ? cpuNs && cpuNs / 1e6 : cpuUs / 1000,
      processes: number('pids.current'),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#exit[Symbol.dispose]();
    await Promise.all(this.#folders.map(removeGroup));
  }
}

/** A file of a control group and what is written to it; an optional one may be missing or refuse. */
export interface GroupSetting {
  file: string;
  value: string;
  optional?: boolean;
}

/** Makes a group and writes its settings in order. Throws the system's error, leaving no group behind. */
export async function createGroup(folder: string, settings: readonly GroupSetting[]): Promise<void> {
  await mkdir(folder);
  try {
    for (const { file, value, optional = false } of settings) {
      const written = writeSetting(folder, file, value);
      await (optional ? written.catch(() => undefined) : written);
    }
  } catch (error) {
    await removeGroup(folder);
    throw error;
  }
}

/** Writes to a file of a group that must exist: on a file system of groups, nothing else can be written to. */
export async function writeSetting(folder: string, file: string, value: string): Promise<void> {
  await writeFile(path.join(folder, file), value, { flag: 'r+' });
}

/** Whether a group can be made in this folder with these settings: makes one, and removes it. */
export async function canCreateGroup(parent: string, settings: readonly GroupSetting[]): Promise<boolean> {
  try {
    const folder = path.join(parent, groupName(randomUUID()));
    await createGroup(folder, settings);
    await rmdir(folder);
    return true;
  } catch {
    return false;
  }
}

const REMOVAL_TIMEOUT_MS = 5_000;

/**
 * Kills what is left in a group and removes it. Returns false where its processes outlive {@link REMOVAL_TIMEOUT_MS}
 * (one stuck in the kernel cannot be killed): the next server's sweep finds it.
 */
export async function removeGroup(folder: string): Promise<boolean> {
  const deadlineMs = Date.now() + REMOVAL_TIMEOUT_MS;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    try {
      await rmdir(folder);
      return true;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return true;
    }
    if (Date.now() > deadlineMs) return false;
    await killProcesses(folder);
    // A killed process holds its group until it has given back its memory; nothing tells when.
    await sleep(pauseMs);
  }
}

const LAST_TIMEOUT_MS = 300;

/** As {@link removeGroup}, blocking, and not for long: what does not go is swept by the next server. */
function removeGroupNow(folder: string): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const deadlineMs = Date.now() + LAST_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return;
    }
    killListed(readText(path.join(folder, 'cgroup.procs')));
    Atomics.wait(sleeper, 0, 0, 2);
  }
}

async function killProcesses(folder: string): Promise<void> {
  try {
    // Since Linux 5.14, on v2: all at once, so that nothing can fork away.
    await writeSetting(folder, 'cgroup.kill', '1');
    return;
  } catch {
    // v1, or an older kernel.
  }
  killListed(await readFile(path.join(folder, 'cgroup.procs'), 'utf8').catch(() => ''));
}

function killListed(pids: string): void {
  for (const pid of pids.split('\n').filter((line) => Number(line) > 0)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Ended in the meantime.
    }
  }
}

/** Name of the group of a sandbox. */
export function groupName(id: string): string {
  return `${serverPrefix()}${id}`;
}

/** Removes the groups in these folders that this user's servers left which are gone; returns their names. */
export async function sweepStaleGroups(parents: readonly string[]): Promise<string[]> {
  const names = await Promise.all(parents.map(sweepStaleGroupsIn));
  return [...new Set(names.flat())];
}

async function sweepStaleGroupsIn(parent: string): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  const removed = await Promise.all(
    names.filter(isOfGoneServer).map(async (name) => {
      const folder = path.join(parent, name);
      return (await isOwn(folder)) && (await removeGroup(folder)) ? [name] : [];
    }),
  );
  return removed.flat();
}

/** Another user's cannot be removed, and trying takes long. */
async function isOwn(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.uid === process.getuid?.();
}

/** The number after a word in a file of "word number" lines; 0 where file or word is missing. */
function readCounter(file: string, word: string): number {
  const lines = readText(file).split('\n');
  return Number(lines.find((text) => text.startsWith(`${word} `))?.slice(word.length + 1) ?? 0);
}

/** Empty where it cannot be read. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
