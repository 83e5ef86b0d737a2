import type { Settings } from '../config.ts';
import { SandboxError } from '../errors.ts';
import type { SandboxPool } from '../sandboxes/sandbox-pool.ts';
import { Session } from './session.ts';

/** The sessions of the server. Disposing it ends them all. */
export class SessionStore implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #pool: SandboxPool;
  readonly #sessions = new Map<string, Session>();

  constructor(settings: Settings, pool: SandboxPool) {
    this.#settings = settings;
    this.#pool = pool;
  }

  /** Throws `SERVER_LIMIT_REACHED`. The caller closes it. */
  open(): Session {
    const { maxSessions } = this.#settings;
    if (this.#sessions.size >= maxSessions) {
      throw new SandboxError(
        'SERVER_LIMIT_REACHED',
        `This server has ${String(maxSessions)} sessions, which is the limit (max_sessions)`,
        {
          hint: 'Try again later.',
        },
      );
    }
    const session = new Session(this.#settings, this.#pool);
    this.#sessions.set(session.id, session);
    return session;
  }

  async close(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    await session?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((id) => this.close(id)));
  }
}
