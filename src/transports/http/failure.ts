import type { ErrorRequestHandler } from 'express';
import { SandboxError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Limit, Observer } from '../../observer.ts';

/** Codes of JSON-RPC, and those that MCP has for what HTTP refuses. */
export const RPC = {
  parse: -32_700,
  invalidRequest: -32_600,
  internal: -32_603,
  refused: -32_000,
  sessionNotFound: -32_001,
} as const;

/** A request that is refused: its status, and the error that stands in the body. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What it ran into, where that is a limit. */
  readonly limit: Limit | undefined;

  constructor(
    status: number,
    message: string,
    options: { code?: number; headers?: Record<string, string>; limit?: Limit | undefined } = {},
  ) {
    super(message);
    this.status = status;
    this.code = options.code ?? RPC.refused;
    this.headers = options.headers ?? {};
    this.limit = options.limit;
  }
}

/** Full for now: the client may come again after so many seconds. */
export function busy(status: 429 | 503, message: string, retryAfterS: number, limit?: Limit): HttpFailure {
  return new HttpFailure(status, message, { headers: { 'Retry-After': String(retryAfterS) }, limit });
}

/** The body of every refusal. */
export function errorBody(code: number, message: string): object {
  return { jsonrpc: '2.0', error: { code, message }, id: null };
}

/** Answers with JSON whatever was thrown, and never with a stack. */
export function answerFailures(logger: Logger, observer: Observer): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const failure = toFailure(thrown);
    if (failure.limit) observer.limitReached(failure.limit);
    if (failure.status >= 500 && failure.code === RPC.internal)
      logger.error('a request failed unexpectedly', { error: thrown, method: request.method });
    if (response.headersSent) {
      next(thrown); // express then cuts the connection
      return;
    }
    // What is left of a body that nobody reads must not be taken for the next request.
    if (!request.complete) response.set('Connection', 'close');
    response.status(failure.status).set(failure.headers).json(errorBody(failure.code, failure.message));
  };
}

const SESSIONS_RETRY_S = 30;

function toFailure(thrown: unknown): HttpFailure {
  if (thrown instanceof HttpFailure) return thrown;
  if (thrown instanceof SandboxError && thrown.code === 'SERVER_LIMIT_REACHED')
    return busy(503, thrown.message, SESSIONS_RETRY_S, thrown.limit);
  return bodyFailure(thrown) ?? new HttpFailure(500, 'Internal error', { code: RPC.internal });
}

/** What express.json() has to say about a body, without the words of its parser, which quote it. */
function bodyFailure(thrown: unknown): HttpFailure | undefined {
  if (!(thrown instanceof Error) || !('status' in thrown)) return undefined;
  switch (thrown.status) {
    case 400:
      return new HttpFailure(400, 'The body is no valid JSON', { code: RPC.parse });
    case 413:
      return new HttpFailure(413, 'The body is over the limit of 4 MB', { limit: 'body_size' });
    case 415:
      return new HttpFailure(415, 'The body must be JSON in UTF-8');
    default:
      return undefined;
  }
}
