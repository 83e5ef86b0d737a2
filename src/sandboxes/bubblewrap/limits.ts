import path from 'node:path';
import { sweepStaleGroups } from './cgroup.ts';
import { readOwnGroups } from './cgroup-hierarchies.ts';
import { createV1Limits, probeV1 } from './cgroup-v1.ts';
import type { V1Parents } from './cgroup-v1.ts';
import { createV2Limits, probeV2, SERVER_GROUP } from './cgroup-v2.ts';
import type { V2Parent } from './cgroup-v2.ts';
import type { SandboxUsage } from '../sandbox.ts';
import { canWatch, POLL_MS, WatchedLimits } from './watchdog.ts';

export type LimitsMode = 'cgroup-v1' | 'cgroup-v2' | 'prlimit';

/** How much a sandbox may use. */
export interface LimitSpec {
  /** Of all processes together. */
  memoryBytes: number;
  /** Size of the sandbox's own file systems in memory; a cgroup is charged for their pages, so it is allowed both. */
  tmpfsBytes: number;
  /** Processes and threads, in cgroups; otherwise the caller's RLIMIT_NPROC. */
  processes: number;
  /** Of one core: 200 is two cores. Only in cgroups. */
  cpuPercent: number;
}

/** The limits of one sandbox. Whoever made them disposes them once its processes are dead; what is left is killed. */
export interface SandboxLimits extends AsyncDisposable {
  readonly mode: LimitsMode;
  /** Files into which a process writes "0" to enter the limits, before it gives up its privileges; none with prlimit. */
  readonly procsFiles: readonly string[];
  /** How often a process of the sandbox was killed for memory so far (prlimit: how often `onOutOfMemory` was called). */
  oomKills(): number;
  /**
   * Counts a kernel and its descendants towards the memory limit where the kernel of the system does not: calls back
   * once, with the sandbox over its limit, on the largest of its kernels. Killing it is up to the caller. Disposing ends
   * the watch. Does nothing with cgroups.
   */
  watch(pid: number, onOutOfMemory: () => void): Disposable;
  usage(): Promise<SandboxUsage>;
}

/** Which limits this host allows; what {@link createLimits} works with. */
export interface LimitsProbe {
  readonly mode: LimitsMode;
  /** Whether each is limited for a sandbox as a whole. */
  readonly memory: boolean;
  readonly processes: boolean;
  readonly cpu: boolean;
  /** A sentence for people. */
  readonly detail: string;
  readonly v1: V1Parents | null;
  readonly v2: V2Parent | null;
}

/**
 * Finds out, by trying, how sandboxes can be limited: control groups of version 1 that can be written, a delegated group
 * of version 2 (this moves the server into a child of it), or else polling. Takes about 2 ms.
 */
export async function probeLimits(): Promise<LimitsProbe> {
  const own = await readOwnGroups();
  const v1 = await probeV1(own.v1);
  if (v1 !== null) {
    const detail = `cgroup v1 limits ${[...v1.keys()].join(', ')}`;
    return {
      mode: 'cgroup-v1',
      memory: true,
      processes: v1.has('pids'),
      cpu: v1.has('cpu'),
      detail,
      v1,
      v2: null,
    };
  }
  const v2 = own.v2 === null ? null : await probeV2(own.v2);
  if (v2 !== null) {
    const { controllers } = v2;
    const detail = `cgroup v2 limits ${controllers.join(', ')}`;
    const [processes, cpu] = [controllers.includes('pids'), controllers.includes('cpu')];
    return { mode: 'cgroup-v2', memory: true, processes, cpu, detail, v1: null, v2 };
  }
  const memory = canWatch();
  const polling = memory
    ? `memory is polled every ${String(POLL_MS)} ms, processes are counted per kernel, cpu is not limited`
    : 'memory is limited per process only: this system does not list the children of a process';
  const detail = `no control group can be written; ${polling}`;
  return { mode: 'prlimit', memory, processes: false, cpu: false, detail, v1: null, v2: null };
}

/** Makes the limits of one sandbox; `id` must be unique in this server and fit a file name. */
export async function createLimits(id: string, spec: LimitSpec, probe: LimitsProbe): Promise<SandboxLimits> {
  if (probe.v1 !== null) return createV1Limits(id, spec, probe.v1);
  if (probe.v2 !== null) return createV2Limits(id, spec, probe.v2);
  return new WatchedLimits(spec);
}

/** Removes the groups of sandboxes whose server is gone, and kills what lives in them; returns how many there were. */
export async function sweepStaleCgroups(): Promise<number> {
  const { v1, v2 } = await readOwnGroups();
  const parents = new Set(
    ['memory', 'pids', 'cpu'].map((controller) => v1.get(controller)).filter((one) => one !== undefined),
  );
  if (v2 !== null) parents.add(path.basename(v2) === SERVER_GROUP ? path.dirname(v2) : v2);
  return (await sweepStaleGroups([...parents])).length;
}
