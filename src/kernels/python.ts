import type { KernelDriver } from './kernel.ts';

export const python: KernelDriver = {
  language: 'python',
  runtime: 'python',
  attach: 'connect',
  interrupt: 'socket',
  wire: 'json',
  mounts: [],
  command: (runtime) => ({
    argv: [runtime.executable, '/opt/sandcell/guests/python/kernel.py'],
    env: {
      PYTHONUSERBASE: '/workspace/.local',
      PYTHONDONTWRITEBYTECODE: '1', // what is imported most lies on read-only folders
      PYTHONUTF8: '1',
      MPLBACKEND: 'Agg',
    },
  }),
};
