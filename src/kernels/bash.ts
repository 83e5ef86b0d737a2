import type { KernelDriver } from './kernel.ts';

export const bash: KernelDriver = {
  language: 'bash',
  runtime: 'bash',
  attach: 'inherit',
  interrupt: 'signal',
  reservedMiB: 0,
  standsBy: 'never',
  fixedFolder: false,
  wire: 'nul',
  mounts: [],
  command: (runtime) => ({
    argv: [runtime.executable, '--norc', '--noprofile', '/opt/sandcell/guests/bash/kernel.bash'],
    env: {},
  }),
  ranOutOfMemory: ({ code, stderrTail }) =>
    code === 2 && /\bx(malloc|realloc): .*cannot allocate/.test(stderrTail),
};
