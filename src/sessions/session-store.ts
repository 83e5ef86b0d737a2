import type { Settings } from '../config.ts';
import { SandboxError } from '../errors.ts';
import type { Language } from '../languages.ts';
import { type Limit, type Observer, UNOBSERVED } from '../observer.ts';
import type { SandboxPool } from '../sandboxes/sandbox-pool.ts';
import { Session } from './session.ts';

/** The sessions of the server. Disposing it ends them all. */
export class SessionStore implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #pool: SandboxPool;
  readonly #observer: Observer;
  readonly #sessions = new Map<string, { session: Session; owner: string | undefined }>();

  constructor(settings: Settings, pool: SandboxPool, observer: Observer = UNOBSERVED) {
    this.#settings = settings;
    this.#pool = pool;
    this.#observer = observer;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The language of each context of all sessions. */
  get contextLanguages(): readonly Language[] {
    const sandboxes = [...this.#sessions.values()].flatMap(({ session }) => session.sandboxes);
    return sandboxes.flatMap(({ contexts }) => contexts.map(({ language }) => language));
  }

  /**
   * `owner` is the name of who opens it, undefined where nobody is told apart. Throws `SERVER_LIMIT_REACHED`.
   * The caller closes it.
   */
  open(owner?: string): Session {
    const { maxSessions, maxSessionsPerPrincipal } = this.#settings;
    const own = [...this.#sessions.values()].filter((other) => other.owner === owner).length;
    if (owner !== undefined && own >= maxSessionsPerPrincipal)
      throw limitReached('This token', maxSessionsPerPrincipal, 'max_sessions_per_principal');
    if (this.#sessions.size >= maxSessions) throw limitReached('This server', maxSessions, 'max_sessions');
    const session = new Session(this.#settings, this.#pool, this.#observer, owner);
    this.#sessions.set(session.id, { session, owner });
    return session;
  }

  async close(id: string): Promise<void> {
    const entry = this.#sessions.get(id);
    this.#sessions.delete(id);
    await entry?.session[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((id) => this.close(id)));
  }
}

function limitReached(who: string, max: number, limit: Limit): SandboxError {
  const message = `${who} has ${max} sessions, which is the limit (${limit})`;
  return new SandboxError('SERVER_LIMIT_REACHED', message, {
    limit,
    hint: 'End sessions that are no longer needed, or try again later.',
  });
}
