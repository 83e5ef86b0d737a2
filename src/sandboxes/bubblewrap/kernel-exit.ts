import { constants } from 'node:os';
import type { KernelExit } from '../../kernels/kernel.ts';

/** What people call the signals that end a program by its own doing. */
const SIGNAL_NAMES: Partial<Record<string, string>> = {
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'arithmetic error',
  SIGILL: 'illegal instruction',
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGSYS: 'forbidden system call',
};

interface Seen {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why the server itself killed it. */
  cause: KernelExit['cause'] | undefined;
  outOfMemory: boolean;
  sandboxAlive: boolean;
}

/** bwrap reports a signal as exit code 128 + n, which a program can also choose itself: the detail says both. */
export function explainExit({ code, signal, cause, outOfMemory, sandboxAlive }: Seen): KernelExit {
  const status = code ?? 128 + (signal ? constants.signals[signal] : 0);
  const name = Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
  if (cause === 'protocol') {
    return {
      code: status,
      cause,
      detail: 'was ended by the server: it broke the protocol of its connection (fd 3)',
    };
  }
  const killed = status === 128 + constants.signals.SIGKILL;
  if (cause === 'out_of_memory' || (killed && outOfMemory)) {
    return { code: status, cause: 'out_of_memory', detail: 'ran out of memory and was killed' };
  }
  if (cause) return { code: status, cause, detail: 'was killed by the server' };
  if (killed && !sandboxAlive)
    return { code: status, cause: 'sandbox_died', detail: 'ended with its sandbox' };
  if (!name) return { code: status, cause: 'exited', detail: `exited with code ${String(status)}` };
  const meaning = SIGNAL_NAMES[name] ?? 'signal';
  return { code: status, cause: 'killed', detail: `ended with code ${String(status)}: ${meaning} (${name})` };
}
