import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { LimitSpec, SandboxLimits } from './limits.ts';
import type { SandboxUsage } from '../sandbox.ts';
import { readProc } from '../../processes/proc.ts';

/**
 * Limits without control groups: memory is looked at every {@link POLL_MS}. Cheap numbers come first, and count pages
 * that processes share once for each of them (a pool of forked workers); only where they exceed the limit are the exact
 * shares asked for, which takes the kernel 10 to 35 ms for each gigabyte. Files in tmpfs are not counted: their file
 * systems have a size.
 */
export class WatchedLimits implements SandboxLimits {
  readonly mode = 'prlimit';
  readonly procsFiles: readonly string[] = [];
  readonly #limitBytes: number;
  readonly #kernels = new Set<WatchedKernel>();
  #oomKills = 0;
  #nextPollAtMs = 0;

  constructor({ memoryBytes }: Pick<LimitSpec, 'memoryBytes'>) {
    this.#limitBytes = memoryBytes;
  }

  oomKills(): number {
    return this.#oomKills;
  }

  watch(pid: number, onOutOfMemory: () => void): Disposable {
    const kernel = { pid, onOutOfMemory };
    this.#kernels.add(kernel);
    startPolling(this);
    return {
      [Symbol.dispose]: () => {
        this.#kernels.delete(kernel);
        if (this.#kernels.size === 0) stopPolling(this);
      },
    };
  }

  /** `nowMs` is of a clock that only goes forward. Rejects only where the callback throws. */
  async poll(nowMs: number): Promise<void> {
    if (nowMs < this.#nextPollAtMs) return;
    const trees = [...this.#kernels].map((kernel) => ({ kernel, pids: descendants(kernel.pid) }));
    if (sum(trees.map(({ pids }) => sum(pids.map(residentBytes)))) <= this.#limitBytes) return;

    this.#nextPollAtMs = Infinity;
    const sizes = await Promise.all(
      trees.map(async ({ kernel, pids }) => ({
        kernel,
        bytes: sum(await Promise.all(pids.map(proportionalBytes))),
      })),
    );
    const isOverLimit = sum(sizes.map(({ bytes }) => bytes)) > this.#limitBytes;
    this.#nextPollAtMs = isOverLimit ? nowMs : nowMs + EXACT_PAUSE_MS;
    const [largest] = sizes.sort((one, other) => other.bytes - one.bytes);
    // A watch may have ended meanwhile.
    if (!isOverLimit || largest === undefined || !this.#kernels.has(largest.kernel)) return;
    // No longer counted from here on: while it dies, its memory must not cost the next kernel its life.
    this.#kernels.delete(largest.kernel);
    if (this.#kernels.size === 0) stopPolling(this);
    this.#oomKills += 1;
    largest.kernel.onOutOfMemory();
  }

  async usage(): Promise<SandboxUsage> {
    const pids = [...this.#kernels].flatMap(({ pid }) => descendants(pid));
    const memoryBytes = sum(await Promise.all(pids.map(proportionalBytes)));
    return { memoryBytes, cpuMs: undefined, processes: pids.length };
  }

  // Async for the sake of the interface; there is nothing to wait for.
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kernels.clear();
    stopPolling(this);
    return Promise.resolve();
  }
}

interface WatchedKernel {
  readonly pid: number;
  readonly onOutOfMemory: () => void;
}

export const POLL_MS = 100;
/** After exact numbers below the limit: they cost too much to be asked for at every poll. */
const EXACT_PAUSE_MS = 1_000;

/** One timer for all sandboxes of the server; it never keeps the process alive. */
const polled = new Set<WatchedLimits>();
let timer: NodeJS.Timeout | undefined;

function startPolling(limits: WatchedLimits): void {
  polled.add(limits);
  timer ??= setInterval(() => {
    // Nothing waits for a poll; what it rejects with is a fault in a callback, and may surface as one.
    for (const one of polled) void one.poll(performance.now());
  }, POLL_MS).unref();
}

function stopPolling(limits: WatchedLimits): void {
  polled.delete(limits);
  if (polled.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

/** Whether this system's kernel lists children, without which the trees cannot be followed. */
export function canWatch(): boolean {
  const self = String(process.pid);
  return readProc(`/proc/${self}/task/${self}/children`) !== undefined && residentBytes(process.pid) > 0;
}

/** The process and everything below it. Daemons stay below: the first process of their pid namespace adopts them. */
function descendants(pid: number): number[] {
  const found = [pid];
  for (const parent of found) {
    for (const thread of readNames(`/proc/${String(parent)}/task`)) {
      const children = readProc(`/proc/${String(parent)}/task/${thread}/children`) ?? '';
      for (const child of children.split(' ').filter(Boolean)) found.push(Number(child));
    }
  }
  return found;
}

/**
 * Anonymous and shared memory, and the page tables, which grow with address space that is only looked at; what a process
 * maps from files can be dropped by the kernel at any time.
 */
function residentBytes(pid: number): number {
  const status = readProc(`/proc/${String(pid)}/status`) ?? '';
  return kibibytes(status, 'RssAnon') + kibibytes(status, 'RssShmem') + kibibytes(status, 'VmPTE');
}

/** As {@link residentBytes}, with shared pages divided among those that share them. */
async function proportionalBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${String(pid)}/smaps_rollup`, 'utf8').catch(() => null);
  // Refused where the server may not trace the process, and older kernels do not tell the shares apart.
  if (!rollup?.includes('Pss_Anon:')) return residentBytes(pid);
  const tables = kibibytes(readProc(`/proc/${String(pid)}/status`) ?? '', 'VmPTE');
  return kibibytes(rollup, 'Pss_Anon') + kibibytes(rollup, 'Pss_Shmem') + tables;
}

function kibibytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
