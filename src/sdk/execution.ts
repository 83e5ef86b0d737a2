import type { State, Status } from '../executions/execution.ts';
import type { SupportedLanguage } from './supported-language.ts';

/** A piece of what a program printed, as it came: any part of a line, or several lines. Line ends are in it. */
export interface OutputMessage {
  readonly text: string;
  /** When it came, in milliseconds since 1970. */
  readonly timestamp: number;
}

/** A value in one or more forms. */
export interface ExecutionResult {
  /** The form `text/plain`, where there is one. */
  readonly text: string | undefined;
  /** Every form by its MIME type: text types as text, all others as base64. */
  readonly data: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** Why a cell failed. */
export interface ExecutionError {
  /**
   * The language's own name of it, such as `ValueError`. `Timeout` and `Interrupted` for a cell that was stopped and did
   * not say anything of its own, `KernelDied` and `OutOfMemory` where its process ended.
   */
  readonly name: string;
  readonly message: string;
  /** The same as `message`. */
  readonly value: string;
  /** Text for people, lines and all; may be empty. */
  readonly traceback: string;
  /** Line and column, from 1, of the innermost place in the cell that was run; null where it is not known. */
  readonly line: number | null;
  readonly column: number | null;
  readonly timestamp: number;
}

/** How a cell ended, and what became of the context's variables. */
export interface ExecutionComplete {
  /** `ok`, `error`, `timeout`, `interrupted` or `kernel_died`. */
  readonly status: Status;
  /** `kept` or `lost`. After `lost` the next run of the context starts with nothing but the files. */
  readonly state: State;
  /** From the moment its turn came. */
  readonly executionTimeMs: number;
  readonly timestamp: number;
}

/** What names one run. */
export interface ExecutionInit {
  /** Id of this run: no other one has it. */
  readonly id: string;
  readonly contextId: string;
  readonly language: SupportedLanguage;
  /** Runs of the context so far, this one included. */
  readonly executionCount: number;
  readonly timestamp: number;
}

/** What happens while a cell runs, in order: `init` first, and `complete` last. */
export type ExecutionStreamEvent =
  | ({ readonly type: 'init' } & ExecutionInit)
  | ({ readonly type: 'stdout' | 'stderr' } & OutputMessage)
  /** `result` is the value of the last expression; `display` is what the code showed on its way, such as a figure. */
  | ({ readonly type: 'result' | 'display' } & ExecutionResult)
  /** Something to know, such as that variables of earlier cells are lost. */
  | ({ readonly type: 'note' } & OutputMessage)
  | ({ readonly type: 'error' } & ExecutionError)
  | ({ readonly type: 'complete' } & ExecutionComplete);

/** All that came of one cell. */
export interface Execution {
  /** Id of this run: no other one has it. */
  readonly id: string;
  readonly contextId: string;
  readonly language: SupportedLanguage;
  /** Runs of the context so far, this one included. */
  readonly executionCount: number;
  /** The value of the last expression; empty where there was none. */
  readonly result: readonly ExecutionResult[];
  /** What the code showed on its way, such as figures. */
  readonly displays: readonly ExecutionResult[];
  readonly logs: Logs;
  /** Undefined where the cell succeeded. */
  readonly error: ExecutionError | undefined;
  readonly status: Status;
  /** What became of the context's variables: `kept` or `lost`. */
  readonly state: State;
  /** Things to know, such as that variables of earlier cells are lost. */
  readonly notes: readonly string[];
  readonly executionTimeMs: number;
}

/** What was printed. Of very long output the beginning and the end are kept, with a message between that says so. */
export interface Logs {
  readonly stdout: readonly OutputMessage[];
  readonly stderr: readonly OutputMessage[];
  /** Bytes that were not kept. */
  readonly leftOutBytes: { readonly stdout: number; readonly stderr: number };
}
