import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { IdleTimer } from '../../idle-timer.ts';
import type { Connect, Connection } from './connect.ts';
import { ANYONE, type Principal } from './principal.ts';
import { TrackedTransport } from './tracked-transport.ts';

export interface HttpSessionOptions<Wire extends Transport> {
  readonly wire: Wire;
  readonly principal: Principal;
  readonly answersCancelled: boolean;
  readonly idleMs: number;
  /** Called once, when it begins to end. */
  readonly onEnd: (why: string) => void;
}

/**
 * One client over HTTP: its transport, and what was connected to it. It lives as long as requests, streams and calls do,
 * and for the idle time after the last of them.
 */
export class HttpSession<Wire extends Transport> {
  readonly wire: Wire;
  readonly principal: Principal;
  readonly calls: TrackedTransport;
  readonly #idle: IdleTimer;
  readonly #onEnd: (why: string) => void;
  #connection: Connection | undefined;
  #end: Promise<void> | undefined;

  constructor({ wire, principal, answersCancelled, idleMs, onEnd }: HttpSessionOptions<Wire>) {
    this.wire = wire;
    this.principal = principal;
    this.#onEnd = onEnd;
    this.#idle = new IdleTimer(idleMs, () => this.close('idle'));
    this.calls = new TrackedTransport(wire, { life: () => this.life(), answersCancelled });
  }

  /** Its name in the log. */
  get name(): string {
    return this.#connection?.id ?? 'not connected';
  }

  /** Throws what `connect` throws; nothing is left then. */
  async connect(connect: Connect): Promise<void> {
    // Before the SDK connects: it calls the handler that it finds, and then its own.
    this.calls.onclose = () => void this.close('the connection was closed');
    try {
      this.#connection = await connect(this.calls, ownerOf(this.principal));
    } catch (error) {
      this.#idle[Symbol.dispose]();
      throw error;
    }
    if (this.#end) await this.#connection.close(); // the client went meanwhile
  }

  /** Keeps it from being idle. */
  life(): Disposable {
    return this.#idle.lease();
  }

  interrupt(): void {
    this.#connection?.interrupt();
  }

  /** Answers the calls that wait, and ends everything that belongs to the client. Never rejects. */
  async close(why: string): Promise<void> {
    this.#end ??= this.#close(why);
    await this.#end;
  }

  async #close(why: string): Promise<void> {
    this.#idle[Symbol.dispose]();
    this.#onEnd(why);
    await this.calls.answerAll('The session has ended before this call did; its sandboxes are gone');
    await this.#connection?.close();
  }
}

function ownerOf(principal: Principal): string | undefined {
  return principal === ANYONE ? undefined : principal.name;
}
