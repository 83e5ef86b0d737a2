import type { CellError, MimeBundle } from '../executions/execution.ts';
import type { Blocked } from '../network/policy.ts';
import type { KernelExit } from './kernel.ts';

/** What a kernel says of one cell, in order; `done` or `died` is the last. */
export type KernelEvent =
  | { type: 'stdout' | 'stderr'; chunk: Buffer }
  | { type: 'display' | 'result'; data: MimeBundle }
  | { type: 'error'; error: CellError }
  | { type: 'note'; text: string }
  | ({ type: 'blocked' } & Blocked)
  | { type: 'done'; names: readonly string[] }
  | { type: 'died'; exit: KernelExit };

/** How long a cell that has to be stopped is waited for, counted from the first interrupt, in ms. */
export interface Patience {
  /** When it is interrupted again: the first one may come before the cell has begun, or to code that ignores it. */
  readonly repeatMs: readonly number[];
  /** When its kernel is killed. */
  readonly killMs: number;
  /** How long a killed kernel may take to end before it is taken for dead. */
  readonly exitDeadlineMs: number;
}

/** What a context needs of a kernel, wherever it runs. It runs one cell at a time; the context queues. */
export interface LiveKernel {
  /** Full version of its runtime. */
  readonly version: string;
  readonly patience: Patience;
  /** Undefined while it lives. */
  readonly exit: KernelExit | undefined;
  /** Settles once, when it is gone; never rejects. */
  readonly exited: Promise<KernelExit>;
  /** The last event of the running cell is known, though its output may not have been read to the end. */
  readonly cellHasEnded: boolean;
  /** Runs a cell. The events must be taken to their end: only then is the kernel free for the next cell. */
  execute(id: string, count: number, code: string): AsyncGenerator<KernelEvent, void, void>;
  /** Interrupts the running cell; does nothing where none runs. */
  interrupt(): void;
  /** Ends it and everything it started; `exited` follows. */
  kill(cause?: KernelExit['cause']): void;
  /** Takes it for dead although `exited` has not settled. */
  abandon(): void;
}
