import type { ExecutionEvent } from '../executions/execution.ts';
import type { Language } from '../languages.ts';

export interface ContextSpec {
  id: string;
  language: Language;
  name: string | undefined;
  /** Version prefix of the runtime ("3.11"); undefined takes the configured or newest one. */
  version: string | undefined;
  /** Absolute path inside the sandbox; made where it does not exist. */
  cwd: string;
  env: Readonly<Record<string, string>>;
}

export interface ExecuteOptions {
  executionId: string;
  /** Wall-clock limit, counted from the moment the cell's turn comes. */
  timeoutMs: number;
  /** Aborting it interrupts the cell; the events go on to their outcome. */
  signal: AbortSignal;
}

/** The live state of one language inside a sandbox. Cells of one context run one after the other. */
export interface Context extends AsyncDisposable {
  readonly id: string;
  readonly language: Language;
  readonly name: string | null;
  /** Full version of the runtime it runs on. */
  readonly version: string;
  readonly cwd: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** Executions begun so far. */
  readonly executionCount: number;
  readonly status: 'idle' | 'busy';
  /**
   * Runs a cell when its turn comes. The last event is the outcome; leaving the iterator early interrupts the cell.
   * Throws SandboxError where the cell could not be run at all.
   */
  execute(code: string, options: ExecuteOptions): AsyncIterable<ExecutionEvent>;
}
