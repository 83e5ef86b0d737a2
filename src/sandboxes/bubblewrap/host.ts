import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../config.ts';
import { choosePython } from '../../kernels/chosen-python.ts';
import { configuredVersion } from '../../kernels/configured-version.ts';
import { allDrivers } from '../../kernels/drivers.ts';
import type { Mount } from '../../kernels/kernel.ts';
import { findRuntimes, type Runtime } from '../../kernels/runtimes.ts';
import { matchesVersion } from '../../kernels/versions.ts';
import type { Logger } from '../../logger.ts';
import { FifoStock } from './fifo.ts';
import { type LimitsProbe, probeLimits, sweepStaleCgroups } from './limits.ts';
import { GUESTS } from './preparations/preparation-key.ts';
import { PREPARED, PreparedFolders } from './preparations/prepared-folders.ts';
import { toolchainFolders } from './kernel-environment.ts';
import { findMaven } from './maven.ts';
import { makeReachable, type ReachableMounts } from './private-mounts.ts';
import { ServerFolder } from './server-folder.ts';

/** What a server finds out once about the machine, and makes there for all its sandboxes. */
export interface Host {
  /** Whoever asked for the host disposes it. */
  folder: ServerFolder;
  fifos: FifoStock;
  limits: LimitsProbe;
  mounts: ReachableMounts;
  /** Folders of the runtimes that contexts get by default, for all of them: Bash calls pip, npm, go and mvn. */
  toolchains: readonly string[];
}

/** Removes what killed servers have left, and prepares the host for sandboxes. */
export async function findHost(settings: Settings, logger: Logger): Promise<Host> {
  ServerFolder.sweep();
  const folder = ServerFolder.create();
  try {
    const fifos = new FifoStock(folder.fifos);
    const [limits, runtimes] = await Promise.all([
      probeLimits(),
      findInstalled(settings, logger),
      fifos.refill(),
      sweepStaleCgroups(),
    ]);
    folder.writeSeccomp(limits.mode !== 'prlimit');
    const maven = await findMaven(folder.etc);
    const mounts = [
      ...findMounts(runtimes.flat()),
      ...hidden(runtimes.flat(), folder.etc),
      ...(maven?.mounts ?? []),
    ];
    const asRoot = process.getuid?.() === 0;
    const reachable = asRoot ? makeReachable(mounts, folder.path) : { mounts, fstab: undefined };
    const toolchains = [...toolchainFolders(defaults(runtimes, settings)), ...(maven?.commands ?? [])];
    logger.info('sandboxes are isolated by bubblewrap', { limits: limits.mode, detail: limits.detail });
    return {
      folder,
      fifos,
      limits,
      mounts: reachable,
      toolchains,
    };
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

/** By kind, newest first. */
async function findInstalled(settings: Settings, logger: Logger): Promise<Runtime[][]> {
  const kinds = [...new Set(allDrivers().map((driver) => driver.runtime))];
  const installed = Promise.all(kinds.map((kind) => findRuntimes(kind)));
  return [...(await chosenPython(settings, logger)), ...(await installed)];
}

/** What is wrong with it is the answer to those who ask for a context; other languages do without. */
async function chosenPython({ python }: Settings, logger: Logger): Promise<Runtime[][]> {
  if (python === undefined) return [];
  try {
    return [[await choosePython(python)]];
  } catch (error) {
    logger.warn('the setting python names none', { error });
    return [];
  }
}

function defaults(installed: readonly Runtime[][], settings: Settings): Runtime[] {
  return installed.flatMap((runtimes) => {
    const one = runtimes.find(({ kind, version }) =>
      matchesVersion(version, configuredVersion(kind, settings) ?? ''),
    );
    return one ?? runtimes[0] ?? [];
  });
}

/** As a whole: what is prepared later shows in sandboxes that already run. None where there is no cache to write. */
function preparedMount(): Mount[] {
  const folders = new PreparedFolders();
  try {
    folders.create();
    return [{ source: folders.finished, target: PREPARED }];
  } catch {
    return [];
  }
}

/** Settings of npm and pip that stand beside a runtime: they may hold credentials. */
function hidden(runtimes: readonly Runtime[], etc: string): Mount[] {
  const folders = [...new Set(runtimes.flatMap((runtime) => runtime.folders))];
  return folders
    .flatMap((folder) => [join(folder, 'etc/npmrc'), join(folder, 'pip.conf')])
    .filter((file) => existsSync(file))
    .map((target) => ({ source: join(etc, 'empty'), target }));
}

/** Guests, what they need, and every installed runtime: what is mounted cannot be changed once a sandbox runs. */
function findMounts(runtimes: readonly Runtime[]): Mount[] {
  const folders = new Set(runtimes.flatMap((runtime) => runtime.folders));
  const guests = {
    source: GUESTS,
    target: '/opt/sandcell/guests',
  };
  const mounts = [
    ...[...folders].map((path) => ({ source: path, target: path })),
    guests,
    ...preparedMount(),
  ];
  for (const mount of allDrivers().flatMap((driver) => driver.mounts)) {
    if (!mounts.some(({ target }) => target === mount.target)) mounts.push(mount);
  }
  return mounts;
}
