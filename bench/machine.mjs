import { availableParallelism, cpus, loadavg, release, totalmem, userInfo } from 'node:os';
import { withServer } from './server.mjs';

const PYTHON_FACTS = 'import sys; print(sys.version.split()[0]); print(sys.executable)';

/**
 * What the figures depend on. The server is asked for the limits in force, and for the Python that it runs.
 * @returns {Promise<Record<string, string | number> & { python: string, pythonVersion: string }>}
 */
export async function describeMachine() {
  const { stdout, limits } = await withServer(async (server) => {
    const output = await server.run({ language: 'python' }, PYTHON_FACTS);
    return { ...output, limits: /"limits":"([^"]+)"/.exec(server.stderr)?.[1] ?? 'unknown' };
  });
  const [pythonVersion = '', python = ''] = stdout.trim().split('\n'); // the same path in the sandbox as outside
  return {
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    pythonVersion,
    python,
    limits,
    user: userInfo().uid === 0 ? 'root' : 'ordinary',
  };
}

/** Load averages of 1, 5 and 15 minutes, as uptime prints them. */
export function loadText() {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
}
