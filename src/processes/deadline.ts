import { defer } from './deferred.ts';

/** Something took too long; the message says what, and how long. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Settles as `promise` does, or rejects after `ms` with a {@link DeadlineError}, or when `signal`, if there is one, aborts
 * (with the signal's reason).
 * What the promise stands for goes on: whoever owns it ends it.
 */
export async function deadline<T>(
  promise: Promise<T>,
  ms: number,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  promise.catch(() => undefined); // its failure may come when nobody waits for it any more
  signal?.throwIfAborted();
  const { promise: stopped, reject } = defer<never>();
  const onAbort = (): void => {
    reject(signal?.reason as Error); // an AbortSignal's reason is an Error wherever this program aborts
  };
  const timer = setTimeout(() => {
    reject(new DeadlineError(`${what} within ${String(ms)} ms`));
  }, ms);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
