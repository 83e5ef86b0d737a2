import type { Context } from '../contexts/context.ts';
import { SandboxError } from '../errors.ts';
import type { Language } from '../languages.ts';

interface Grave {
  sandboxId: string;
  contexts: readonly Context[];
  /** "killed with kill_sandbox" */
  how: string;
  expired: boolean;
}

/** Ended sandboxes that are remembered; the oldest are forgotten. */
const MAX_GRAVES = 100;

/** What became of a session's ended sandboxes: so that an old id is answered with the truth. */
export class Graves {
  #graves: Grave[] = [];
  /** Languages whose contexts have gone since a default context of theirs was last made. */
  readonly #lost = new Map<Language, string>();

  bury(grave: Grave): void {
    this.#graves = [...this.#graves, grave].slice(-MAX_GRAVES);
    for (const context of grave.contexts) {
      if (context.executionCount > 0)
        this.#lost.set(context.language, `sandbox ${grave.sandboxId} ${grave.how}`);
    }
  }

  /** Said once, when a language gets a new default context after an old one went. */
  takeLostDefault(language: Language): string | undefined {
    const why = this.#lost.get(language);
    this.#lost.delete(language);
    return why && `fresh context: the variables of the earlier ${language} context are lost (${why})`;
  }

  missingSandbox(id: string, known: readonly string[]): SandboxError {
    const hint = `Sandboxes of this session: ${known.length === 0 ? 'none' : known.join(', ')}. Leave sandbox_id out to use the default one.`;
    const grave = this.#graves.find(({ sandboxId }) => sandboxId === id);
    if (grave?.expired)
      return new SandboxError('SANDBOX_EXPIRED', `Sandbox ${id} ${grave.how}; its state is lost`, { hint });
    const why = grave ? `was ${grave.how}` : 'does not exist in this session';
    return new SandboxError('SANDBOX_NOT_FOUND', `Sandbox ${short(id)} ${why}`, { hint });
  }

  missingContext(id: string, known: readonly Context[]): SandboxError {
    const names = known.map((context) => `${context.id} (${context.language})`).join(', ');
    const hint = `Contexts of this session: ${names || 'none'}. Make one with create_context, or pass language instead of context_id.`;
    const grave = this.#graves.find(({ contexts }) => contexts.some((context) => context.id === id));
    if (grave?.expired) {
      return new SandboxError(
        'SANDBOX_EXPIRED',
        `Context ${id} is gone: its sandbox ${grave.sandboxId} ${grave.how}; its state is lost`,
        { hint },
      );
    }
    const why = grave
      ? `is gone: its sandbox ${grave.sandboxId} was ${grave.how}`
      : 'does not exist in this session';
    return new SandboxError('CONTEXT_NOT_FOUND', `Context ${short(id)} ${why}`, { hint });
  }
}

/** An id that was made up may be of any length. */
function short(id: string): string {
  return id.length > 100 ? `${id.slice(0, 100)}…` : id;
}
