import { posix } from 'node:path';
import type { Context, ContextSpec } from '../contexts/context.ts';
import { newId } from '../ids.ts';
import { defer } from '../processes/deferred.ts';
import type { Sandbox } from '../sandboxes/sandbox.ts';
import { ContextNotFoundError } from './errors.ts';
import type { SupportedLanguage } from './supported-language.ts';

/** Ids of deleted contexts that are remembered, to tell them from ids that never were. */
const MAX_DELETED = 1000;

export interface ContextRequest {
  language: SupportedLanguage;
  name?: string | undefined;
  version?: string | undefined;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string>> | undefined;
}

/** The contexts of one sandbox, and what runs in them. They end with the sandbox. */
export class ContextStore {
  readonly #sandbox: Sandbox;
  readonly #env: Readonly<Record<string, string>>;
  readonly #contexts = new Map<string, Context>();
  readonly #defaults = new Map<SupportedLanguage, Promise<Context>>();
  readonly #deleted = new Set<string>();
  readonly #runs = new Set<Run>();
  /** What several runs wait for is not stopped when one of them is. */
  readonly #closing: AbortSignal;

  constructor(sandbox: Sandbox, env: Readonly<Record<string, string>>, closing: AbortSignal) {
    this.#sandbox = sandbox;
    this.#env = env;
    this.#closing = closing;
  }

  async create(request: ContextRequest, signal: AbortSignal): Promise<Context> {
    const spec: ContextSpec = {
      id: newId('ctx'),
      language: request.language,
      name: request.name,
      version: request.version,
      cwd: posix.resolve('/workspace', request.cwd ?? ''),
      env: { ...this.#env, ...request.env },
    };
    const context = await this.#sandbox.createContext(spec, signal);
    this.#contexts.set(context.id, context);
    return context;
  }

  /** The context of runs that name only a language; made once, however many ask for it at the same time. */
  async default(language: SupportedLanguage, signal: AbortSignal): Promise<Context> {
    const context = this.#defaults.get(language) ?? this.#makeDefault(language);
    this.#defaults.set(language, context);
    return await unlessAborted(context, signal);
  }

  /** Throws {@link ContextNotFoundError}. */
  get(id: string): Context {
    const context = this.#contexts.get(id);
    if (context) return context;
    const what = this.#deleted.has(id) ? 'was deleted' : 'is not one of this sandbox';
    const known = [...this.#contexts.keys()].slice(0, 20).join(', ') || 'none';
    throw new ContextNotFoundError(
      'CONTEXT_NOT_FOUND',
      `Context ${id.slice(0, 100)} ${what} (${this.#sandbox.id})`,
      { hint: `Its contexts: ${known}. codes.createContext makes another one.` },
    );
  }

  list(language?: SupportedLanguage): Context[] {
    return [...this.#contexts.values()].filter(
      (context) => language === undefined || context.language === language,
    );
  }

  /** Ends it; a cell that runs in it ends too. */
  async delete(id: string): Promise<void> {
    const context = this.get(id);
    this.#contexts.delete(id);
    this.#deleted.add(id);
    const [oldest] = this.#deleted;
    if (this.#deleted.size > MAX_DELETED && oldest !== undefined) this.#deleted.delete(oldest);
    const ofLanguage = this.#defaults.get(context.language);
    if (
      (await ofLanguage?.catch(() => undefined)) === context &&
      this.#defaults.get(context.language) === ofLanguage
    )
      this.#defaults.delete(context.language);
    await context[Symbol.asyncDispose]();
  }

  async deleteAll(language: SupportedLanguage): Promise<void> {
    // One that is on its way counts: it would be there right after.
    await this.#defaults.get(language)?.catch(() => undefined);
    await Promise.all(this.list(language).map(({ id }) => this.delete(id)));
  }

  /** Registers a run, so that it can be interrupted from its first event to the end of its scope. */
  begin(contextId: string, executionId: string): Run {
    const run = new Run(contextId, executionId, (ended) => this.#runs.delete(ended));
    this.#runs.add(run);
    return run;
  }

  /** Interrupts what runs in a context, or one run by its own id; false where nothing runs. */
  interrupt(id: string): boolean {
    const runs = [...this.#runs].filter((run) => run.contextId === id || run.executionId === id);
    if (runs.length === 0) this.get(id);
    const begun = runs.filter((run) => run.hasBegun);
    for (const run of begun) run.interrupt();
    return begun.length > 0;
  }

  async #makeDefault(language: SupportedLanguage): Promise<Context> {
    try {
      return await this.create({ language }, this.#closing);
    } catch (error) {
      this.#defaults.delete(language);
      throw error;
    }
  }
}

/** One run, from the moment it asks for its turn. */
export class Run implements Disposable {
  readonly contextId: string;
  readonly executionId: string;
  /** Its turn has come; one that waits is left alone by an interrupt. */
  hasBegun = false;
  readonly #interruption = new AbortController();
  readonly #onEnd: (run: Run) => void;

  constructor(contextId: string, executionId: string, onEnd: (run: Run) => void) {
    this.contextId = contextId;
    this.executionId = executionId;
    this.#onEnd = onEnd;
  }

  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  interrupt(): void {
    this.#interruption.abort(new Error('the run was interrupted'));
  }

  [Symbol.dispose](): void {
    this.#onEnd(this);
  }
}

/** Rejects with the signal's reason where that comes first; what the promise stands for goes on. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const { promise: aborted, reject } = defer<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error); // whatever the caller aborted with is passed on
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
