import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Makes what kernels need once on a machine, so that no test's time limit has to hold it. Fails where it cannot be made. */
export function setup(): void {
  const { status } = spawnSync(process.execPath, [CLI, 'prepare'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('sandcell prepare failed: see above');
}
