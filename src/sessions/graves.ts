import type { Context } from '../contexts/context.ts';
import { SandboxError } from '../errors.ts';
import type { Language } from '../languages.ts';

interface EndedSandbox {
  sandboxId: string;
  contexts: readonly Context[];
  /** Those of the contexts that cells without a context id ran in. */
  defaultContexts: readonly Context[];
  /** "killed with kill_sandbox" */
  how: string;
  expired: boolean;
}

/** Names alone: a context holds its journal, its kernel and what these hold. */
interface Grave {
  sandboxId: string;
  contextIds: readonly string[];
  how: string;
  expired: boolean;
}

/** A default context that went with its variables. */
export interface Loss {
  language: Language;
  sandboxId: string;
  /** Says it to a model. */
  text: string;
}

/** Ended sandboxes that are remembered; the oldest are forgotten. */
const MAX_GRAVES = 100;

/** What became of a session's ended sandboxes: so that an old id is answered with the truth. */
export class Graves {
  #graves: Grave[] = [];
  /** The last loss of each language that no call has been told of. */
  readonly #losses = new Map<Language, Loss>();

  bury({ sandboxId, contexts, defaultContexts, how, expired }: EndedSandbox): void {
    const grave = { sandboxId, contextIds: contexts.map(({ id }) => id), how, expired };
    this.#graves = [...this.#graves, grave].slice(-MAX_GRAVES);
    for (const { language, executionCount } of defaultContexts) {
      if (executionCount === 0) continue;
      const text = `fresh context: the variables of the earlier ${language} context are lost (sandbox ${sandboxId} ${how})`;
      this.#losses.set(language, { language, sandboxId, text });
    }
  }

  /** For the first call in the default context that follows a lost one: not in the lost one's own sandbox. */
  takeLoss(language: Language, sandboxId: string): Loss | undefined {
    const loss = this.#losses.get(language);
    if (loss === undefined || loss.sandboxId === sandboxId) return undefined;
    this.#losses.delete(language);
    return loss;
  }

  /** Where the call that took it failed, the next one says it. */
  giveBack(loss: Loss): void {
    if (!this.#losses.has(loss.language)) this.#losses.set(loss.language, loss);
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
    const grave = this.#graves.find(({ contextIds }) => contextIds.includes(id));
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
