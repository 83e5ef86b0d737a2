import { deadline } from '../processes/deadline.ts';
import { defer, type Deferred } from '../processes/deferred.ts';
import { Turns } from './turns.ts';

/** Who holds a place, or waits for one. */
export interface Client {
  readonly session: string;
  /** Whoever opened the session, perhaps with others. */
  readonly principal: string;
}

interface Call {
  readonly client: Client;
  readonly turn: Deferred<undefined>;
}

/**
 * A number of places that clients hold. Who finds none free waits: the principals get places in turn, of one principal
 * its sessions, of one session the calls in the order in which they came. So nobody keeps another one waiting for long,
 * with many calls or with many sessions.
 */
export class FairQueue {
  readonly #capacity: number;
  /** One entry a place. */
  readonly #held: Client[] = [];
  /** By principal; whose turn is next stands first. */
  readonly #waiting = new Map<string, Turns<Call>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many calls wait. */
  get length(): number {
    return [...this.#waiting.values()].reduce((sum, calls) => sum + calls.length, 0);
  }

  /** Places that a principal holds or waits for. */
  askedBy(principal: string): number {
    const held = this.#held.filter((client) => client.principal === principal).length;
    return held + (this.#waiting.get(principal)?.length ?? 0);
  }

  /** All places are held by this session, so that to wait for another one's is in vain. */
  isFullOf(session: string): boolean {
    return this.#isFull && this.#held.every((client) => client.session === session);
  }

  /**
   * Takes a place, to be given back to {@link leave}. Throws a DeadlineError where none comes free in time, or the reason
   * of the signal; then the call waits no more and holds nothing.
   */
  async enter(client: Client, timeoutMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isFull) {
      this.#held.push(client);
      return;
    }
    const call = { client, turn: defer<undefined>() };
    this.#wait(call);
    try {
      await deadline(call.turn.promise, timeoutMs, signal, 'no place came free');
    } catch (error) {
      // A place that came in the same moment goes to the next one.
      if (!this.#forget(call)) this.leave(client);
      throw error;
    }
  }

  leave(client: Client): void {
    const place = this.#held.findIndex(({ session }) => session === client.session);
    if (place === -1) return;
    this.#held.splice(place, 1);
    this.#next();
  }

  get #isFull(): boolean {
    return this.#held.length >= this.#capacity;
  }

  #wait(call: Call): void {
    const { session, principal } = call.client;
    const calls = this.#waiting.get(principal) ?? new Turns<Call>();
    calls.add(session, call);
    this.#waiting.set(principal, calls);
  }

  #next(): void {
    const [principal, calls] = this.#waiting.entries().next().value ?? [];
    const call = calls?.next();
    if (principal === undefined || calls === undefined || call === undefined) return;
    this.#waiting.delete(principal);
    if (calls.length > 0) this.#waiting.set(principal, calls); // behind the others
    this.#held.push(call.client);
    call.turn.resolve(undefined);
  }

  /** False where its turn has come already. */
  #forget(call: Call): boolean {
    const { session, principal } = call.client;
    const calls = this.#waiting.get(principal);
    const hasWaited = calls?.remove(session, call) ?? false;
    if (calls?.length === 0) this.#waiting.delete(principal);
    return hasWaited;
  }
}
