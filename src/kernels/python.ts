import type { KernelDriver } from './kernel.ts';

export const python: KernelDriver = {
  language: 'python',
  runtime: 'python',
  attach: 'connect',
  interrupt: 'socket',
  reservedMiB: 0,
  standsBy: 'always',
  fixedFolder: false,
  wire: 'json',
  mounts: [],
  command: (runtime, { preload }) => ({
    argv: [runtime.executable, '/opt/sandcell/guests/python/kernel.py'],
    env: {
      PYTHONUTF8: '1',
      SANDCELL_PRELOAD: preload.join(','),
      MPLBACKEND: 'Agg',
      ...(runtime.isVirtual ? besideTheEnvironment(runtime.version) : {}),
    },
  }),
};

/** A virtual environment refuses installs for a user, and this one cannot be written: a prefix takes them. */
function besideTheEnvironment(version: string): Record<string, string> {
  const name = /^\d+\.\d+/.exec(version)?.[0] ?? version;
  return { PIP_PREFIX: '/home/user/.local', PYTHONPATH: `/home/user/.local/lib/python${name}/site-packages` };
}
