import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

const MIB = 1024 * 1024;

/** A connection on which nothing moves ends after this long, and any connection after the second. */
export const IDLE_MS = 10 * 60_000;
const TOTAL_MS = 6 * 3600_000;

export interface TrafficLimits {
  /** Connections of a sandbox at one time. */
  networkConnections: number;
  /** What a sandbox may receive, and what it may send, in its whole life. */
  networkMiB: number;
}

export type TrafficLimit = 'network_connections' | 'network_mib';

/** Counts and bounds what goes through the connections of one sandbox; disposing it ends all of them. */
export class Traffic implements Disposable {
  readonly #limits: TrafficLimits;
  readonly #onLimit: (limit: TrafficLimit) => void;
  readonly #sockets = new Set<Socket>();
  readonly #moved = { received: 0, sent: 0 };
  #connections = 0;
  #isDisposed = false;

  constructor(limits: TrafficLimits, onLimit: (limit: TrafficLimit) => void) {
    this.#limits = limits;
    this.#onLimit = onLimit;
  }

  /** Takes care of a connection that the sandbox has made; false where it is one too many, and gone. */
  admit(socket: Socket): boolean {
    socket.on('error', () => undefined); // its end is what matters
    if (this.#isDisposed || this.#connections >= this.#limits.networkConnections) {
      if (!this.#isDisposed) this.#onLimit('network_connections');
      socket.resetAndDestroy();
      return false;
    }
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
    });
    this.watch(socket);
    return true;
  }

  /** Ends a socket, of either side, with the sandbox, when its time is up, and when nothing moves. */
  watch(socket: Socket): void {
    if (this.#isDisposed) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const timer = setTimeout(() => socket.destroy(), TOTAL_MS).unref();
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
    });
  }

  /** Counts what comes out of `source`; `onExcess` is called when it is more than the sandbox may have. */
  count(source: Readable, direction: 'received' | 'sent', onExcess: () => void): void {
    source.on('data', (chunk: Buffer) => {
      const wasUsedUp = this.isUsedUp;
      this.#moved[direction] += chunk.length;
      if (!this.isUsedUp) return;
      if (!wasUsedUp) this.#onLimit('network_mib');
      onExcess();
    });
  }

  get isUsedUp(): boolean {
    return Math.max(this.#moved.received, this.#moved.sent) > this.#limits.networkMiB * MIB;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Carries bytes both ways until both sides have ended, or either breaks. Neither is read faster than the other takes it. */
export function tunnel(inner: Socket, outer: Socket, traffic: Traffic): void {
  const end = (): void => {
    inner.destroy();
    outer.destroy();
  };
  traffic.watch(outer);
  inner.setTimeout(IDLE_MS); // a server of HTTP has had other ideas meanwhile
  traffic.count(outer, 'received', end);
  traffic.count(inner, 'sent', end);
  for (const [source, target] of [
    [inner, outer],
    [outer, inner],
  ] as const) {
    source.pipe(target); // passes on the end of one direction, and leaves the other open
    source.once('close', () => {
      // After both directions have ended, what is on its way is still delivered.
      if (source.readableEnded && source.writableFinished) target.end();
      else target.destroy();
    });
  }
  if (inner.destroyed) outer.destroy();
}
