/**
 * Why the front gives no package, as the package manager in the sandbox is told: the status, and one line that it
 * shows. Names hosts, never credentials.
 */
export class FrontError extends Error {
  override readonly name = 'FrontError';
  readonly status: number;

  constructor(status: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.status = status;
  }
}

/** 504: the only status of failure that neither pip nor Maven tries again. */
export const UNREACHABLE = 504;
/** What a registry sent is not what it should be. */
export const BAD_ANSWER = 502;
export const NOT_FOUND = 404;
