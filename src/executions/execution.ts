/** MIME type → content; text types as text, every other type as base64. */
export type MimeBundle = Readonly<Record<string, string>>;

export interface CellError {
  /** The language's own name of it: "ValueError", "TypeError", "ExitCode". */
  name: string;
  message: string;
  /** Readable text, frames of the guest left out; may be empty. */
  traceback: string;
  /** Line and column, from 1, of the innermost place in the cell that was run; null where it is not known. */
  line: number | null;
  column: number | null;
}

/** Name of the error of a cell whose kernel died of it. */
export const OUT_OF_MEMORY = 'OutOfMemory';

export type Status = 'ok' | 'error' | 'timeout' | 'interrupted' | 'kernel_died';

/** What became of the context's variables. */
export type State = 'kept' | 'lost';

/** What happens while one cell runs, in order. `outcome` is always the last event, and there is exactly one. */
export type ExecutionEvent =
  | { type: 'started'; executionCount: number }
  | { type: 'stdout' | 'stderr'; chunk: Buffer }
  | { type: 'display' | 'result'; data: MimeBundle }
  | { type: 'note'; text: string }
  /** A connection that the network policy refused: "api.example.com:443", and what can be done about it. */
  | { type: 'blocked'; target: string; advice: string }
  | { type: 'error'; error: CellError }
  | { type: 'outcome'; status: Status; state: State };
