import path from 'node:path';
import { canCreateGroup, CgroupLimits, createGroup, groupName, PROBE_SPEC, removeGroup } from './cgroup.ts';
import type { GroupSetting } from './cgroup.ts';
import type { LimitSpec, SandboxLimits } from './limits.ts';

const CONTROLLERS = ['memory', 'pids', 'cpu'] as const;
type Controller = (typeof CONTROLLERS)[number];

/** The folders in which groups for sandboxes can be made; a controller that cannot be used is left out. */
export type V1Parents = ReadonlyMap<Controller, string>;

/** Tries each controller below the server's own group. Null where memory cannot be limited: the rest is no reason for groups. */
export async function probeV1(ownGroups: ReadonlyMap<string, string>): Promise<V1Parents | null> {
  const parents = new Map<Controller, string>();
  for (const controller of CONTROLLERS) {
    const folder = ownGroups.get(controller);
    if (folder === undefined) continue;
    if (await canCreateGroup(folder, SETTINGS[controller](PROBE_SPEC))) parents.set(controller, folder);
  }
  return parents.has('memory') ? parents : null;
}

export async function createV1Limits(
  id: string,
  spec: LimitSpec,
  parents: V1Parents,
): Promise<SandboxLimits> {
  // Controllers that are mounted together share a folder.
  const settings = new Map<string, GroupSetting[]>();
  for (const [controller, parent] of parents) {
    const folder = path.join(parent, groupName(id));
    settings.set(folder, [...(settings.get(folder) ?? []), ...SETTINGS[controller](spec)]);
  }
  const made: string[] = [];
  try {
    for (const [folder, values] of settings) {
      await createGroup(folder, values);
      made.push(folder);
    }
  } catch (error) {
    await Promise.all(made.map(removeGroup));
    throw error;
  }
  const memory = path.join(parents.get('memory') ?? '', groupName(id));
  return new CgroupLimits('cgroup-v1', made, path.join(memory, 'memory.oom_control'));
}

const SETTINGS: Readonly<Record<Controller, (spec: LimitSpec) => GroupSetting[]>> = {
  memory({ memoryBytes, tmpfsBytes }) {
    const value = String(memoryBytes + tmpfsBytes);
    return [
      { file: 'memory.limit_in_bytes', value },
      // Memory and swap together, so that nothing is swapped; missing where swap is not accounted.
      { file: 'memory.memsw.limit_in_bytes', value, optional: true },
      { file: 'memory.swappiness', value: '0', optional: true },
    ];
  },
  pids: ({ processes }) => [{ file: 'pids.max', value: String(processes) }],
  cpu: ({ cpuPercent }) => [
    { file: 'cpu.cfs_period_us', value: '100000' },
    // Refused where the server's own group has less: then that limit holds.
    {
      file: 'cpu.cfs_quota_us',
      value: String(cpuPercent * 1000),
      optional: cpuPercent !== PROBE_SPEC.cpuPercent,
    },
  ],
};
