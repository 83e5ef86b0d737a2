import { allDrivers } from '../../kernels/drivers.ts';
import type { Mount } from '../../kernels/kernel.ts';
import { findRuntimes } from '../../kernels/runtimes.ts';
import type { Logger } from '../../logger.ts';
import { FifoStock } from './fifo.ts';
import { type LimitsProbe, probeLimits, sweepStaleCgroups } from './limits.ts';
import { GUESTS } from './preparations/preparation-key.ts';
import { PREPARED, PreparedFolders } from './preparations/prepared-folders.ts';
import { makeReachable, type ReachableMounts } from './private-mounts.ts';
import { ServerFolder } from './server-folder.ts';

/** What a server finds out once about the machine, and makes there for all its sandboxes. */
export interface Host {
  /** Whoever asked for the host disposes it. */
  folder: ServerFolder;
  fifos: FifoStock;
  limits: LimitsProbe;
  mounts: ReachableMounts;
}

/** Removes what killed servers have left, and prepares the host for sandboxes. */
export async function findHost(logger: Logger): Promise<Host> {
  ServerFolder.sweep();
  const folder = ServerFolder.create();
  try {
    const fifos = new FifoStock(folder.fifos);
    const [limits, mounts] = await Promise.all([
      probeLimits(),
      findMounts(),
      fifos.refill(),
      sweepStaleCgroups(),
    ]);
    folder.writeSeccomp(limits.mode !== 'prlimit');
    const asRoot = process.getuid?.() === 0;
    const reachable = asRoot ? makeReachable(mounts, folder.path) : { mounts, fstab: undefined };
    logger.info('sandboxes are isolated by bubblewrap', { limits: limits.mode, detail: limits.detail });
    return { folder, fifos, limits, mounts: reachable };
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
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

/** Guests, what they need, and every installed runtime: what is mounted cannot be changed once a sandbox runs. */
async function findMounts(): Promise<Mount[]> {
  const kinds = [...new Set(allDrivers().map((driver) => driver.runtime))];
  const runtimes = (await Promise.all(kinds.map((kind) => findRuntimes(kind)))).flat();
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
