import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SandboxError } from '../../errors.ts';
import { allDrivers } from '../../kernels/drivers.ts';
import type { Mount } from '../../kernels/kernel.ts';
import { findRuntimes, selectRuntime } from '../../kernels/runtimes.ts';
import type { Logger } from '../../logger.ts';
import { newId } from '../../ids.ts';
import type { Settings } from '../../config.ts';
import type { Sandbox, SandboxDriver } from '../sandbox.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { FifoStock } from './fifo.ts';
import { createLimits, type LimitsProbe, probeLimits, sweepStaleCgroups } from './limits.ts';
import { makeReachable, type ReachableMounts } from './private-mounts.ts';
import { SandboxPlace } from './place.ts';
import { explainIsolationFailure } from './probe.ts';
import { ServerFolder } from './server-folder.ts';

const MIB = 1024 * 1024;

/** What is found out once, at the first sandbox. */
interface Host {
  folder: ServerFolder;
  fifos: FifoStock;
  limits: LimitsProbe;
  mounts: ReachableMounts;
}

/** Makes sandboxes on this machine. Nothing is started or written before the first one. */
export class BubblewrapDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly #settings: Settings;
  readonly #logger: Logger;
  #host: Promise<Host> | undefined;

  constructor(settings: Settings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  async createSandbox(signal: AbortSignal): Promise<Sandbox> {
    const id = newId('sb');
    try {
      this.#host ??= this.#prepare();
      const place = await this.#createPlace(id, await this.#host, signal);
      return new BubblewrapSandbox(id, place, (driver, version, s) =>
        selectRuntime(driver.runtime, version ?? this.#configuredVersion(driver.runtime), { signal: s }),
      );
    } catch (error) {
      if (signal.aborted || error instanceof SandboxError) throw error;
      throw explainIsolationFailure(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const host = await this.#host?.catch(() => undefined);
    host?.folder[Symbol.dispose]();
  }

  async #prepare(): Promise<Host> {
    ServerFolder.sweep();
    const folder = ServerFolder.create();
    const fifos = new FifoStock(folder.path);
    const [limits, mounts] = await Promise.all([
      probeLimits(),
      findMounts(),
      fifos.refill(),
      sweepStaleCgroups(),
    ]);
    this.#logger.info('sandboxes are isolated by bubblewrap', { limits: limits.mode, detail: limits.detail });
    const reachable =
      hostUser() === undefined ? { mounts, fstab: undefined } : makeReachable(mounts, folder.path);
    return { folder, fifos, limits, mounts: reachable };
  }

  async #createPlace(id: string, host: Host, signal: AbortSignal): Promise<SandboxPlace> {
    const { memoryMiB, workspaceMiB, tmpMiB, shmMiB, processes, cpuPercent } = this.#settings;
    const memoryBytes = memoryMiB * MIB;
    const tmpfsBytes = (workspaceMiB + tmpMiB + shmMiB) * MIB;
    const limits = await createLimits(id, { memoryBytes, tmpfsBytes, processes, cpuPercent }, host.limits);
    try {
      return await SandboxPlace.create(
        {
          folder: join(host.folder.path, id),
          etc: host.folder.etc,
          seccomp: host.folder.seccomp,
          uid: hostUser(),
          limits,
          fifos: host.fifos,
          ...host.mounts,
          settings: this.#settings,
        },
        signal,
      );
    } catch (error) {
      await limits[Symbol.asyncDispose]();
      throw error;
    }
  }

  #configuredVersion(runtime: 'python' | 'node' | 'bash'): string | undefined {
    if (runtime === 'python') return this.#settings.pythonVersion;
    return runtime === 'node' ? this.#settings.nodeVersion : undefined;
  }
}

/** Guests, what they need, and every installed runtime: what is mounted cannot be changed once a sandbox runs. */
async function findMounts(): Promise<Mount[]> {
  const kinds = [...new Set(allDrivers().map((driver) => driver.runtime))];
  const runtimes = (await Promise.all(kinds.map((kind) => findRuntimes(kind)))).flat();
  const folders = new Set(runtimes.flatMap((runtime) => runtime.folders));
  const guests = {
    source: fileURLToPath(new URL('../../../guests', import.meta.url)),
    target: '/opt/sandcell/guests',
  };
  const mounts = [...[...folders].map((path) => ({ source: path, target: path })), guests];
  for (const mount of allDrivers().flatMap((driver) => driver.mounts)) {
    if (!mounts.some(({ target }) => target === mount.target)) mounts.push(mount);
  }
  return mounts;
}

/**
 * Root in a user namespace that root made is still root to the host's files: each sandbox becomes a user of its own,
 * one that nobody else has. Undefined where the server is no root.
 */
function hostUser(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, , count = 0] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number);
  return count > 2 ** 31
    ? randomInt(1_000_000_000, 1_900_000_000)
    : randomInt(Math.floor(count / 2), count - 1);
}
