import { homedir } from 'node:os';
import type { Preparation } from '../../../kernels/preparation.ts';
import type { Runtime } from '../../../kernels/runtimes.ts';
import { runCommand } from '../../../processes/run-command.ts';
import { words } from '../anchor-arguments.ts';
import { readOnlyMounts, systemMounts } from '../mounts.ts';
import { GUESTS } from './preparation-key.ts';
import { PREPARED, type PreparedFolders } from './prepared-folders.ts';

/** Ten times what the slowest takes on two cores. */
const BUILD_DEADLINE_MS = 20 * 60_000;

const REASON_LENGTH = 2000;

/**
 * Under the lock, which ends with its process however that dies: what another server has finished meanwhile is taken,
 * what one has left half-done is made anew.
 */
const SCRIPT = `set -eu
final=$1 building=$2 scratch=$3; shift 3
[ -d "$final" ] && exit 0
rm -rf "$building" "$scratch"
mkdir -p "$building" "$scratch/tmp" "$scratch/home"
"$@" || { code=$?; rm -rf "$building" "$scratch"; exit $code; }
rm -rf "$scratch"
mv -T "$building" "$final"`;

/**
 * Makes one preparation in a build sandbox: no network, the system and the runtime read-only, as kernels see them.
 * Only a finished one appears at its place. Throws an Error with the reason; nothing is left then.
 */
export async function build(
  { preparation, runtime, key }: { preparation: Preparation; runtime: Runtime; key: string },
  folders: PreparedFolders,
  options: { signal: AbortSignal; onProgress: (line: string) => void },
): Promise<void> {
  const { final, building, scratch, lock } = folders.placesOf(key);
  folders.create();
  const sandbox = [
    ...words('bwrap --unshare-all --die-with-parent --new-session --clearenv'),
    ...systemMounts(),
    ...words('--dev /dev --proc /proc --tmpfs /tmp'),
    ...readOnlyMounts([
      ...runtime.folders.map((path) => ({ source: path, target: path })),
      { source: GUESTS, target: '/opt/sandcell/guests' },
    ]),
    ...['--bind', scratch, '/build', '--bind', building, `${PREPARED}/${key}`, '--chdir', '/build'],
    ...environment(key).flatMap(([name, value]) => ['--setenv', name, value]),
    '--',
    ...preparation.command,
  ];
  const result = await runCommand(
    [
      ...['setpriv', '--pdeathsig', 'KILL', '--', 'nice', '-n', '10', 'flock', '--no-fork', lock],
      ...['sh', '-c', `umask 022; ${SCRIPT}`, 'sh', final, building, scratch, ...sandbox],
    ] as [string, ...string[]], // it is not empty
    {
      timeoutMs: BUILD_DEADLINE_MS,
      signal: options.signal,
      onLine: options.onProgress,
      maxOutputBytes: 256 * 1024,
      env: { HOME: homedir() },
    },
  );
  if (result.code === 0) return;
  if (result.timedOut)
    throw new Error(`it was not done within ${String(BUILD_DEADLINE_MS / 60_000)} minutes`);
  throw new Error(result.stderr.trim().slice(-REASON_LENGTH) || `it ended with code ${String(result.code)}`);
}

function environment(key: string): [string, string][] {
  return [
    ['PATH', '/usr/local/bin:/usr/bin:/bin'],
    ['HOME', '/build/home'],
    ['TMPDIR', '/build/tmp'],
    ['LANG', 'C.UTF-8'],
    ['SANDCELL_OUT', `${PREPARED}/${key}`],
  ];
}
