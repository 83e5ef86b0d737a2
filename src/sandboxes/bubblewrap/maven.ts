import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { foldersOutsideSystem } from '../../kernels/runtime-folders.ts';
import type { Mount } from '../../kernels/kernel.ts';
import { findCommand } from '../../processes/system-commands.ts';

/**
 * The installed Maven as sandboxes see it: with settings of ours, in `etc`, in the place of the machine's, which may hold
 * credentials. Undefined where there is none, or only where much else is.
 */
export async function findMaven(
  etc: string,
): Promise<{ mounts: readonly Mount[]; commands: readonly string[] } | undefined> {
  const command = findCommand('mvn', process.env['PATH']);
  if (command === undefined) return undefined;
  const executable = await realpath(command);
  const home = dirname(dirname(executable));
  const folders = await foldersOutsideSystem(executable, [home], { env: process.env, standsAlone: false });
  if (folders === null) return undefined;
  const mounts = folders.map((path) => ({ source: path, target: path }));
  const settings = await realpath(join(home, 'conf/settings.xml')).catch(() => undefined);
  if (settings !== undefined) mounts.push({ source: join(etc, 'maven-settings.xml'), target: settings });
  return { mounts, commands: folders.length > 0 ? [dirname(executable)] : [] };
}
