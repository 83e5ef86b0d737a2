import path from 'node:path';
import type { KernelDriver } from './kernel.ts';
import type { Runtime } from './runtimes.ts';

/** What the class archive is made with and what kernels run with; it is void under another garbage collector. */
const OPTIONS = [
  '-XX:+UseSerialGC',
  // Cells are short: code from the second compiler comes too late for them, and costs memory.
  '-XX:TieredStopAtLevel=1',
  // Else a 64th of the machine's memory is taken from the start.
  '-Xms64m',
  '-Xshare:auto',
  // The JVM's own messages are no output of the cell, but for the last one, of a crash, which always comes on stdout.
  '-Xlog:disable',
  '-XX:+DisplayVMOutputToStderr',
  '-XX:ErrorFile=/dev/null',
  '-XX:-UsePerfData',
  '-Dfile.encoding=UTF-8',
];

/** The JVM itself: code, classes, compiler, stacks. */
const OUTSIDE_OF_HEAP_MIB = 256;
const MIN_HEAP_MIB = 64;

export const java: KernelDriver = {
  language: 'java',
  runtime: 'java',
  attach: 'connect',
  interrupt: 'socket',
  // Stacks of threads, 1 MiB each and 8 or 16 for those of the kernel, of which little is used.
  reservedMiB: 512,
  standsBy: 'once_used',
  // A JVM cannot change its folder.
  fixedFolder: true,
  wire: 'json',
  mounts: [],
  preparations: (runtime) => [
    {
      name: 'java',
      title: 'the Java kernel',
      guest: 'java',
      command: [
        'sh',
        '/opt/sandcell/guests/java/prepare.sh',
        homeOf(runtime),
        String(parseInt(runtime.version, 10)),
        ...OPTIONS,
      ],
      parameters: OPTIONS,
      estimate: { seconds: 10, mib: 15 },
    },
  ],
  command(runtime, { memoryMiB }, prepared) {
    if (prepared === undefined) throw new Error('a Java kernel runs from what was prepared');
    return {
      argv: [
        runtime.executable,
        ...OPTIONS,
        `-Xmx${String(heapMiB(memoryMiB))}m`,
        `-XX:SharedArchiveFile=${prepared.folder}/kernel.jsa`,
        '-jar',
        `${prepared.folder}/kernel.jar`,
      ],
      env: { JAVA_HOME: homeOf(runtime) },
    };
  },
};

function homeOf(runtime: Runtime): string {
  return path.dirname(path.dirname(runtime.executable));
}

function heapMiB(memoryMiB: number): number {
  return Math.max(MIN_HEAP_MIB, Math.floor(Math.min(memoryMiB * 0.75, memoryMiB - OUTSIDE_OF_HEAP_MIB)));
}
