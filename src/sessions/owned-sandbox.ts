import type { Context, ContextSpec } from '../contexts/context.ts';
import { codeOf, SandboxError } from '../errors.ts';
import type { Language } from '../languages.ts';
import type { Observer } from '../observer.ts';
import type { Sandbox } from '../sandboxes/sandbox.ts';

/** As much of its session as it has to know. */
interface Owner {
  readonly id: string;
  readonly settings: { readonly maxContextsPerSandbox: number };
  readonly observer: Observer;
}

/** A sandbox in the hands of a session, with its contexts by id and by language. */
export class OwnedSandbox {
  readonly sandbox: Sandbox;
  readonly #owner: Owner;
  readonly #contexts: Context[] = [];
  readonly #defaults = new Map<Language, Promise<Context>>();
  readonly #defaultContexts: Context[] = [];
  #starting = 0;

  constructor(sandbox: Sandbox, owner: Owner) {
    this.sandbox = sandbox;
    this.#owner = owner;
  }

  get id(): string {
    return this.sandbox.id;
  }

  get contexts(): readonly Context[] {
    return this.#contexts;
  }

  get defaultContexts(): readonly Context[] {
    return this.#defaultContexts;
  }

  /** No context is in it, and none is on its way. */
  get isEmpty(): boolean {
    return this.#contexts.length + this.#starting === 0;
  }

  /** Throws `CONTEXT_LIMIT_REACHED`, and what the sandbox throws. */
  async createContext(spec: ContextSpec, signal: AbortSignal): Promise<Context> {
    const max = this.#owner.settings.maxContextsPerSandbox;
    if (this.#contexts.length + this.#starting >= max) {
      throw new SandboxError(
        'CONTEXT_LIMIT_REACHED',
        `Sandbox ${this.id} has ${String(max)} contexts, which is the limit (max_contexts_per_sandbox)`,
        {
          limit: 'max_contexts_per_sandbox',
          hint: 'Use a context that list_contexts shows, or create one in another sandbox with sandbox_id "new".',
        },
      );
    }
    this.#starting += 1;
    try {
      const context = await this.#create(spec, signal);
      this.#contexts.push(context);
      return context;
    } finally {
      this.#starting -= 1;
    }
  }

  async #create(spec: ContextSpec, signal: AbortSignal): Promise<Context> {
    const { id: sessionId, observer } = this.#owner;
    const { language } = spec;
    const operation = { type: 'context_creation', language, sessionId, sandboxId: this.id } as const;
    return await observer.observe(operation, async (end) => {
      try {
        const context = await this.sandbox.createContext(spec, signal);
        end({ status: 'ok' });
        return context;
      } catch (error) {
        end({ status: signal.aborted ? 'cancelled' : codeOf(error) });
        throw error;
      }
    });
  }

  /** The context that cells without a context id run in; made once, however many calls ask for it at the same time. */
  async defaultContext(spec: ContextSpec, signal: AbortSignal): Promise<Context> {
    const { language } = spec;
    const context = this.#defaults.get(language) ?? this.#makeDefault(spec, signal);
    this.#defaults.set(language, context);
    return await context;
  }

  async #makeDefault(spec: ContextSpec, signal: AbortSignal): Promise<Context> {
    try {
      const context = await this.createContext(spec, signal);
      this.#defaultContexts.push(context);
      return context;
    } catch (error) {
      this.#defaults.delete(spec.language);
      throw error;
    }
  }
}
