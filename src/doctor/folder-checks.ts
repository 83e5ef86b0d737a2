import { mkdir, mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../user-folders.ts';
import { sweepStaleCgroups } from '../sandboxes/bubblewrap/limits.ts';
import { findObstacle, messageOf } from '../sandboxes/bubblewrap/probe.ts';
import { ServerFolder } from '../sandboxes/bubblewrap/server-folder.ts';
import { failure, type Finding, ok, warning } from './report.ts';

const MIB = 1024 * 1024;
/** Sockets, pipes and a few small files; below that something else on the machine breaks, too. */
const ENOUGH_MIB = 16;

/** Without a cache every start asks each runtime for its version again. */
export async function checkCacheFolder(): Promise<Finding> {
  const folder = cacheFolder(process.env);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rmdir(await mkdtemp(join(folder, 'doctor-')));
    return ok(`${folder}, writable, ${await freeMiB(folder)} MiB free`);
  } catch (error) {
    return warning(
      `${folder} cannot be written (${messageOf(error)}): starts are slower`,
      'Make it writable for the user that runs the server, or set XDG_CACHE_HOME to a folder that is.',
    );
  }
}

export async function checkRuntimeFolder(): Promise<Finding> {
  try {
    using folder = ServerFolder.create();
    const parent = dirname(folder.path);
    const free = await freeMiB(parent);
    if (free >= ENOUGH_MIB) return ok(`${parent}, writable, ${free} MiB free`);
    return warning(
      `${parent} has only ${free} MiB free`,
      'Free some space there, or set XDG_RUNTIME_DIR to a folder that has more.',
    );
  } catch (error) {
    const said = messageOf(error);
    const fix =
      'Set XDG_RUNTIME_DIR to a folder of 40 characters at most that the user of the server can write.';
    return failure(said, findObstacle(said)?.fix ?? fix);
  }
}

/** Removes what servers left that were killed, as each start of a server does. */
export async function checkLeftovers(): Promise<Finding> {
  try {
    const folders = ServerFolder.sweep();
    const groups = await sweepStaleCgroups();
    if (folders + groups === 0) return ok('none');
    return ok(`removed: ${folders} folders and ${groups} control groups of servers that were killed`);
  } catch (error) {
    return warning(`cannot be removed: ${messageOf(error)}`, 'Remove them as the user that ran that server.');
  }
}

async function freeMiB(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / MIB);
}
