/** The stable codes of failures around a cell. A failing cell is not one of them: it is an execution's `error`. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'CONTEXT_NOT_FOUND'
  | 'SANDBOX_NOT_FOUND'
  | 'SANDBOX_EXPIRED'
  | 'EXECUTION_NOT_FOUND'
  | 'RUNTIME_NOT_FOUND'
  | 'SANDBOX_LIMIT_REACHED'
  | 'CONTEXT_LIMIT_REACHED'
  | 'SERVER_LIMIT_REACHED'
  | 'ISOLATION_UNAVAILABLE'
  | 'INTERNAL';

/**
 * An expected failure that the caller can act on: `code` is stable API, `message` says what, which and how much,
 * `hint` is the next step. Anything else that is thrown is a bug and reaches a client as a bare `INTERNAL`.
 */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { hint: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
