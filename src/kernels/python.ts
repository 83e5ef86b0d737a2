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
    },
  }),
};
