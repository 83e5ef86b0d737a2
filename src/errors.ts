import type { Limit } from './observer.ts';

/** The stable codes of failures around a cell. A failing cell is not one of them: it is an execution's `error`. */
export const ERROR_CODES = {
  INVALID_ARGUMENT: 'An argument is missing, unknown, or not allowed; the hint lists what the tool takes',
  CONTEXT_NOT_FOUND: 'No context of this session has this id; the hint lists those there are',
  SANDBOX_NOT_FOUND: 'No sandbox of this session has this id; the hint lists those there are',
  SANDBOX_EXPIRED: 'The sandbox was removed after idle_minutes without a call; its state is lost',
  EXECUTION_NOT_FOUND: 'No execution has this id, or its output is no longer kept',
  RUNTIME_NOT_FOUND: 'The language, or this version of it, is not installed; what is installed is listed',
  SANDBOX_LIMIT_REACHED: 'The session has max_sandboxes_per_session sandboxes',
  CONTEXT_LIMIT_REACHED: 'The sandbox has max_contexts_per_sandbox contexts',
  SERVER_LIMIT_REACHED:
    'The server has max_sandboxes sandboxes and none came free in queue_timeout_ms, or it has max_sessions sessions',
  SERVER_STOPPING: 'The server is being stopped; what ran was interrupted, and all state is lost',
  FILE_NOT_FOUND: 'Nothing is at this path in the sandbox',
  PATH_NOT_ALLOWED: 'The path leads out of the folders that may be used, or is not permitted in the sandbox',
  ISOLATION_UNAVAILABLE:
    'This machine lets no sandbox start; the hint is the fix. Code is never run outside a sandbox',
  NOT_SUPPORTED: 'The driver of the sandbox cannot do it',
  DRIVER_UNAVAILABLE:
    'The OpenSandbox deployment cannot be reached, or refuses what was asked; the hint says what to check',
  INTERNAL: 'The server failed; its log says why',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * An expected failure that the caller can act on: `code` is stable API, `message` says what, which and how much,
 * `hint` is the next step. Anything else that is thrown is a bug and reaches a client as a bare `INTERNAL`.
 */
export class SandboxError extends Error {
  override readonly name: string = 'SandboxError';
  readonly code: ErrorCode;
  readonly hint: string;
  /** What it ran into, where that is a limit. */
  readonly limit: Limit | undefined;

  constructor(code: ErrorCode, message: string, options: { hint: string; limit?: Limit; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.limit = options.limit;
  }
}

/** As which a client hears of it. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof SandboxError ? error.code : 'INTERNAL';
}
