import type { Server } from 'node:http';
import type { Admission } from './admission.ts';

interface Sessions {
  idle(): Promise<void>;
  interrupt(): void;
  close(why: string): Promise<void>;
}

/** Calls may end by themselves in that time. */
const GRACE_MS = 2000;
/** Interrupted cells have that long to answer with what they had. */
const INTERRUPT_MS = 1000;
/** Answers that are on their way out. */
const FLUSH_MS = 500;

/**
 * Takes no new sessions and calls; lets what runs end, then interrupts it, then answers for it; ends all streams and
 * connections. No client is left waiting.
 */
export async function stopGracefully(
  server: Server,
  admission: Admission,
  sessions: readonly Sessions[],
): Promise<void> {
  admission.stop();
  const idle = Promise.all(sessions.map((each) => each.idle()));
  if (!(await within(GRACE_MS, idle))) {
    for (const each of sessions) each.interrupt();
    await within(INTERRUPT_MS, idle);
  }
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.all(sessions.map((each) => each.close('the server is being stopped')));
  server.closeIdleConnections();
  await within(FLUSH_MS, closed);
  server.closeAllConnections();
}

/** False where it takes longer. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: late, cancel } = timer(ms);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    cancel();
  }
}

function timer(ms: number): { promise: Promise<false>; cancel: () => void } {
  let cancel = (): void => undefined;
  const promise = new Promise<false>((resolve) => {
    const handle = setTimeout(() => {
      resolve(false);
    }, ms);
    cancel = () => {
      clearTimeout(handle);
    };
  });
  return { promise, cancel };
}
