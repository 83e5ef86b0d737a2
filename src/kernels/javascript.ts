import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Language } from '../languages.ts';
import type { KernelDriver, Mount } from './kernel.ts';
import type { Runtime } from './runtimes.ts';

/** Where the guest finds the native parts of oxc, whatever they are called for this machine. */
const BINDINGS = '/opt/sandcell/node_modules';

/** What is left of the kernel's memory is for the code, buffers outside of V8's heap and the second thread. */
const HEAP_SHARE = 3 / 4;

const FLAGS = [
  // Ending a cell by termination leaves Node's bookkeeping of async hooks behind; with the check on it would abort.
  '--no-force-async-hooks-checks',
  '--disable-warning=ExperimentalWarning',
  // A sandbox has one core's worth of time and counts threads as processes: four helpers of V8 are three too many.
  '--v8-pool-size=1',
];

export const javascript: KernelDriver = nodeDriver('javascript', ['oxc-parser']);

/** A driver of the guest that JavaScript and TypeScript share. `compilers` are packages with a native binding. */
export function nodeDriver(language: Language, compilers: readonly string[]): KernelDriver {
  return {
    language,
    runtime: 'node',
    attach: 'connect',
    interrupt: 'socket',
    reservedMiB: 1536, // V8's code ranges: 512 MiB an isolate on Node 24, and workers are isolates
    standsBy: 'never',
    fixedFolder: false,
    wire: 'json',
    mounts: compilers.flatMap(bindingMounts),
    command: ({ executable }: Runtime, { memoryMiB }) => ({
      argv: [
        executable,
        ...FLAGS,
        `--max-old-space-size=${String(Math.floor(memoryMiB * HEAP_SHARE))}`,
        '/opt/sandcell/guests/javascript/kernel.mjs',
        language,
      ],
      env: {},
    }),
    ranOutOfMemory: ({ stderrTail }) =>
      /JavaScript heap out of memory|Allocation failed - process out of memory/.test(stderrTail),
  };
}

/**
 * The one binding of a package that is for this machine, as `@<package>/binding`. The guest loads it itself: the
 * package's own loader looks for the C library in files that a sandbox need not have. Empty where none is installed:
 * the guest says so when it needs it.
 */
function bindingMounts(name: string): Mount[] {
  const sources = ['gnu', 'musl'].flatMap((libc) => {
    const folder = findFolder(name, `@${name}/binding-${process.platform}-${process.arch}-${libc}`);
    return folder === undefined ? [] : [{ libc, folder }];
  });
  // Package managers install one; a folder that was copied between machines may hold both.
  const found = sources.length > 1 ? sources.find(({ libc }) => libc === ownLibc()) : sources[0];
  return found === undefined ? [] : [{ source: found.folder, target: `${BINDINGS}/@${name}/binding` }];
}

function findFolder(name: string, binding: string): string | undefined {
  try {
    // From the package, which knows where its optional dependency lies.
    const fromPackage = createRequire(createRequire(import.meta.url).resolve(name));
    return dirname(realpathSync(fromPackage.resolve(`${binding}/package.json`)));
  } catch {
    return undefined; // built for the other C library, or left out by the package manager
  }
}

function ownLibc(): string {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }; // typed as object
  return header.glibcVersionRuntime === undefined ? 'musl' : 'gnu';
}
