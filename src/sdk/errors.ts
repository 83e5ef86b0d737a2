import { type ErrorCode, SandboxError } from '../errors.ts';
import { DeadlineError } from '../processes/deadline.ts';

/** An argument or option is missing, unknown, or not allowed. */
export class InvalidArgumentError extends SandboxError {
  override readonly name = 'InvalidArgumentError';
}

/** No context of the sandbox has this id, or it was deleted. */
export class ContextNotFoundError extends SandboxError {
  override readonly name = 'ContextNotFoundError';
}

/** The sandbox has ended: it was killed, its lifetime is over, or it has died. */
export class SandboxNotFoundError extends SandboxError {
  override readonly name = 'SandboxNotFoundError';
}

/** The language, or this version of it, is not installed; the message lists what is. */
export class RuntimeNotFoundError extends SandboxError {
  override readonly name = 'RuntimeNotFoundError';
}

/** A limit of the sandbox or of the machine is reached; the message says which. */
export class LimitReachedError extends SandboxError {
  override readonly name = 'LimitReachedError';
}

/** This machine lets no sandbox start; the hint is the fix. */
export class IsolationUnavailableError extends SandboxError {
  override readonly name = 'IsolationUnavailableError';
}

/** What makes the sandboxes elsewhere cannot be reached, or refuses. */
export class DriverUnavailableError extends SandboxError {
  override readonly name = 'DriverUnavailableError';
}

/** This driver cannot do it. */
export class NotSupportedError extends SandboxError {
  override readonly name = 'NotSupportedError';
}

/** Nothing is at this path in the sandbox. */
export class FileNotFoundError extends SandboxError {
  override readonly name = 'FileNotFoundError';
}

/** The path leads out of the folders that may be used, or is not permitted there. */
export class PathNotAllowedError extends SandboxError {
  override readonly name = 'PathNotAllowedError';
}

type NamedError = new (...args: ConstructorParameters<typeof SandboxError>) => SandboxError;

const CLASSES: Partial<Record<ErrorCode, NamedError>> = {
  INVALID_ARGUMENT: InvalidArgumentError,
  CONTEXT_NOT_FOUND: ContextNotFoundError,
  SANDBOX_NOT_FOUND: SandboxNotFoundError,
  SANDBOX_EXPIRED: SandboxNotFoundError,
  RUNTIME_NOT_FOUND: RuntimeNotFoundError,
  CONTEXT_LIMIT_REACHED: LimitReachedError,
  SANDBOX_LIMIT_REACHED: LimitReachedError,
  SERVER_LIMIT_REACHED: LimitReachedError,
  ISOLATION_UNAVAILABLE: IsolationUnavailableError,
  DRIVER_UNAVAILABLE: DriverUnavailableError,
  NOT_SUPPORTED: NotSupportedError,
  FILE_NOT_FOUND: FileNotFoundError,
  PATH_NOT_ALLOWED: PathNotAllowedError,
};

/** Hints in the words of the library, where the layers below speak of tools. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  CONTEXT_NOT_FOUND: 'Its variables are lost. Create another context with codes.createContext.',
  SANDBOX_NOT_FOUND: 'Its state is lost. Create another sandbox with Sandbox.create.',
  CONTEXT_LIMIT_REACHED: 'Delete a context with codes.deleteContext, or create another sandbox.',
};

const SPEAKS_OF_TOOLS = /create_context|list_contexts|kill_sandbox|delete_context|run_code|sandbox_id/;

/** What the library throws instead of `error`: one whose class says what happened. */
function named(error: unknown): unknown {
  if (error instanceof DeadlineError)
    return new SandboxError('INTERNAL', error.message, {
      hint: 'The machine may be overloaded: try again.',
      cause: error,
    });
  if (!(error instanceof SandboxError) || error.name !== 'SandboxError') return error;
  const { code, message, limit } = error;
  const hint = (SPEAKS_OF_TOOLS.test(error.hint) ? HINTS[code] : undefined) ?? error.hint;
  const Named = CLASSES[code] ?? SandboxError;
  return new Named(code, message, { hint, cause: error, ...(limit && { limit }) });
}

/** Carries out what a user of the library has asked for. */
export async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw named(error);
  }
}

/** As {@link asked}, for what comes bit by bit. */
export async function* askedEvents<T>(events: AsyncIterable<T>): AsyncGenerator<T, void, void> {
  try {
    yield* events;
  } catch (error) {
    throw named(error);
  }
}
