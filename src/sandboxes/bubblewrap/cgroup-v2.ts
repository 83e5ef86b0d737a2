import { mkdir, readFile, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { canCreateGroup, CgroupLimits, createGroup, groupName, PROBE_SPEC, writeSetting } from './cgroup.ts';
import type { GroupSetting } from './cgroup.ts';
import type { LimitSpec, SandboxLimits } from './limits.ts';

/** The folder in which groups for sandboxes can be made, and which controllers they get. */
export interface V2Parent {
  readonly folder: string;
  readonly controllers: readonly string[];
}

const WANTED = ['memory', 'pids', 'cpu'];

/** The server's own group is given away to sandboxes, and the server itself moves into this one beside them. */
export const SERVER_GROUP = 'sandcell-server';

/**
 * Readies the server's own group for groups of sandboxes, where it was delegated to it. A group with processes in it
 * cannot hand controllers down, so the server moves into a child of its own first. Null where that cannot be done
 * (no memory controller, not writable, other processes in the group); then the server is back where it was.
 */
export async function probeV2(ownGroup: string): Promise<V2Parent | null> {
  const folder = path.basename(ownGroup) === SERVER_GROUP ? path.dirname(ownGroup) : ownGroup;
  const available = await readWords(folder, 'cgroup.controllers');
  const controllers = WANTED.filter((controller) => available.includes(controller));
  if (!controllers.includes('memory')) return null;
  try {
    await handDown(folder, controllers);
  } catch {
    return null;
  }
  return (await canCreateGroup(folder, settingsFor(PROBE_SPEC, controllers)))
    ? { folder, controllers }
    : null;
}

export async function createV2Limits(id: string, spec: LimitSpec, parent: V2Parent): Promise<SandboxLimits> {
  const folder = path.join(parent.folder, groupName(id));
  await createGroup(folder, settingsFor(spec, parent.controllers));
  return new CgroupLimits('cgroup-v2', [folder], path.join(folder, 'memory.events'));
}

async function handDown(folder: string, controllers: readonly string[]): Promise<void> {
  const enabled = await readWords(folder, 'cgroup.subtree_control');
  const missing = controllers.filter((controller) => !enabled.includes(controller));
  if (missing.length === 0) return;

  const enable = async (): Promise<void> =>
    writeSetting(folder, 'cgroup.subtree_control', missing.map((controller) => `+${controller}`).join(' '));
  try {
    await enable();
    return;
  } catch {
    // EBUSY: there are processes in the group.
  }
  const serverFolder = path.join(folder, SERVER_GROUP);
  await mkdir(serverFolder, { recursive: true });
  try {
    await writeSetting(serverFolder, 'cgroup.procs', String(process.pid));
    await enable();
  } catch (error) {
    await writeSetting(folder, 'cgroup.procs', String(process.pid));
    await rmdir(serverFolder);
    throw error;
  }
}

/** memory.oom.group stays 0: the largest process dies, not every kernel of the sandbox. */
function settingsFor(spec: LimitSpec, controllers: readonly string[]): GroupSetting[] {
  const settings: GroupSetting[] = [
    { file: 'memory.max', value: String(spec.memoryBytes + spec.tmpfsBytes) },
    // Missing where swap is not accounted.
    { file: 'memory.swap.max', value: '0', optional: true },
  ];
  if (controllers.includes('pids')) settings.push({ file: 'pids.max', value: String(spec.processes) });
  if (controllers.includes('cpu')) {
    settings.push({ file: 'cpu.max', value: `${String(spec.cpuPercent * 1000)} 100000` });
  }
  return settings;
}

async function readWords(folder: string, file: string): Promise<string[]> {
  const text = await readFile(path.join(folder, file), 'utf8').catch(() => '');
  return text.split(/\s+/).filter(Boolean);
}
