import { findCommand, howToInstall } from '../processes/system-commands.ts';
import type { KernelDriver } from './kernel.ts';
import type { Preparation } from './preparation.ts';
import type { Runtime } from './runtimes.ts';

const LINKERS = ['ld.lld', 'ld'];

export const go: KernelDriver = {
  language: 'go',
  runtime: 'go',
  attach: 'connect',
  interrupt: 'socket',
  // Stacks of its threads, 8 MiB each, and tables of the heap: 150 MiB with seven threads, in which nothing is.
  reservedMiB: 512,
  standsBy: 'once_used',
  fixedFolder: false,
  wire: 'json',
  mounts: [],
  preparations: (runtime, { goStrategy }) =>
    goStrategy === 'stock' ? [stock(runtime)] : [prelinked(runtime), stock(runtime)],
  command(_runtime, { memoryMiB, goStrategy }, prepared) {
    if (prepared === undefined) throw new Error('a Go kernel runs from what was prepared');
    const reason = goStrategy === 'stock' ? 'the setting go_strategy is stock' : prepared.reason;
    const note =
      reason === undefined
        ? ''
        : `Go cells are linked by the unmodified toolchain, which is slower: ${reason}`;
    return {
      argv: [`${prepared.folder}/kernel`],
      env: { SANDCELL_MEMORY_MIB: String(memoryMiB), SANDCELL_LINK_NOTE: note },
    };
  },
  ranOutOfMemory: ({ code, stderrTail }) =>
    code === 2 && /^fatal error: (runtime: )?(out of memory|cannot allocate memory)/m.test(stderrTail),
  fatalError({ code, stderrTail }) {
    if (code !== 2) return undefined;
    const said = [...stderrTail.matchAll(/^(?:fatal error: |(?=SIG[A-Z]+: ))(.{1,200})/gm)].at(-1)?.[1];
    return said === undefined ? undefined : `a fatal error of the Go runtime: ${said}`;
  },
};

function stock(runtime: Runtime): Preparation {
  return {
    ...preparation(runtime, 'stock'),
    title: 'the Go kernel',
    estimate: { seconds: 30, mib: 150 },
    obstacle: missingCompiler(),
  };
}

function prelinked(runtime: Runtime): Preparation {
  return {
    ...preparation(runtime, 'prelinked'),
    title: 'the prelinked toolchain of Go',
    estimate: { seconds: 90, mib: 100 },
    obstacle: missingCompiler() ?? (process.arch === 'x64' ? undefined : 'it exists for x86-64 only'),
  };
}

function preparation(runtime: Runtime, strategy: string) {
  return {
    name: `go-${strategy}`,
    guest: 'go',
    command: ['sh', '/opt/sandcell/guests/go/prepare/run.sh', runtime.executable, strategy] as const,
    // Another linker makes another way to link cells.
    parameters: LINKERS.map((name) => `${name}=${findCommand(name) ?? ''}`),
  };
}

/** The kernel itself is linked by a C compiler. */
function missingCompiler(): string | undefined {
  if (findCommand('gcc') !== undefined) return undefined;
  return `gcc is not installed. ${howToInstall(['gcc'])}`;
}
