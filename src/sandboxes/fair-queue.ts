import { deadline } from '../processes/deadline.ts';
import { defer, type Deferred } from '../processes/deferred.ts';

/**
 * A number of places that clients hold. Who finds none free waits: the clients get places in turn, the calls of one
 * client in the order in which they came. So a client that asks for many keeps no other one waiting for long.
 */
export class FairQueue {
  readonly #capacity: number;
  readonly #held = new Map<string, number>();
  /** Whose turn is next stands first. */
  readonly #waiting = new Map<string, Deferred<undefined>[]>();
  #taken = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many calls wait. */
  get length(): number {
    return [...this.#waiting.values()].reduce((sum, calls) => sum + calls.length, 0);
  }

  /** All places are held by this client, so that to wait for another one's is in vain. */
  isFullOf(client: string): boolean {
    return this.#taken >= this.#capacity && this.#held.get(client) === this.#taken;
  }

  /**
   * Takes a place, to be given back to {@link leave}. Throws a DeadlineError where none comes free in time, or the reason
   * of the signal; then the call waits no more and holds nothing.
   */
  async enter(client: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#taken < this.#capacity) {
      this.#hold(client);
      return;
    }
    const turn = defer<undefined>();
    this.#waiting.set(client, [...(this.#waiting.get(client) ?? []), turn]);
    try {
      await deadline(turn.promise, timeoutMs, signal, 'no place came free');
    } catch (error) {
      // A place that came in the same moment goes to the next one.
      if (!this.#forget(client, turn)) this.leave(client);
      throw error;
    }
  }

  leave(client: string): void {
    const held = (this.#held.get(client) ?? 0) - 1;
    if (held > 0) this.#held.set(client, held);
    else this.#held.delete(client);
    this.#taken -= 1;
    this.#next();
  }

  #hold(client: string): void {
    this.#taken += 1;
    this.#held.set(client, (this.#held.get(client) ?? 0) + 1);
  }

  #next(): void {
    const [client, calls] = this.#waiting.entries().next().value ?? [];
    const turn = calls?.shift();
    if (client === undefined || calls === undefined || turn === undefined) return;
    this.#waiting.delete(client);
    if (calls.length > 0) this.#waiting.set(client, calls); // behind the others
    this.#hold(client);
    turn.resolve(undefined);
  }

  /** False where its turn has come already. */
  #forget(client: string, turn: Deferred<undefined>): boolean {
    const calls = this.#waiting.get(client) ?? [];
    const others = calls.filter((other) => other !== turn);
    if (others.length === 0) this.#waiting.delete(client);
    else this.#waiting.set(client, others);
    return others.length < calls.length;
  }
}
