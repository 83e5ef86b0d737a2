import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Logger } from '../../logger.ts';
import type { Connect } from './connect.ts';
import { HttpFailure, RPC } from './failure.ts';
import { HttpSession } from './http-session.ts';
import type { Principal } from './principal.ts';

export interface HttpSessionsOptions {
  readonly connect: Connect;
  readonly idleMs: number;
  readonly answersCancelled: boolean;
  readonly logger: Logger;
}

/** The clients of one transport, by the ids that they know. */
export class HttpSessions<Wire extends Transport> {
  readonly #options: HttpSessionsOptions;
  readonly #sessions = new Map<string, HttpSession<Wire>>();

  constructor(options: HttpSessionsOptions) {
    this.#options = options;
  }

  /** Throws `SERVER_LIMIT_REACHED`; nothing is left then. */
  async open(id: string, wire: Wire, principal: Principal): Promise<HttpSession<Wire>> {
    const { connect, logger, ...rest } = this.#options;
    const onEnd = (why: string): void => {
      this.#sessions.delete(id);
      logger.info('a session has ended', { session: session.name, why });
    };
    const session = new HttpSession({ ...rest, wire, principal, onEnd });
    this.#sessions.set(id, session); // before the client can know the id
    try {
      await session.connect(connect);
    } catch (error) {
      this.#sessions.delete(id);
      throw error;
    }
    logger.info('a session has begun', { session: session.name, owner: principal.name });
    return session;
  }

  /** The session of this id, if it is this principal's own: to others it is as unknown as any id. Throws a 404. */
  find(id: string, principal: Principal): HttpSession<Wire> {
    const session = this.#sessions.get(id);
    if (session?.principal.name === principal.name) return session;
    throw new HttpFailure(404, 'Session not found', { code: RPC.sessionNotFound });
  }

  /** Resolves when no call of any session waits for an answer. */
  async idle(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ calls }) => calls.idle()));
  }

  interrupt(): void {
    for (const session of this.#sessions.values()) session.interrupt();
  }

  async close(why: string): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close(why)));
  }
}
