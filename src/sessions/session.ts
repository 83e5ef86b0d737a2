import type { Settings } from '../config.ts';
import type { Context, ContextSpec } from '../contexts/context.ts';
import { SandboxError } from '../errors.ts';
import type { ExecutionEvent } from '../executions/execution.ts';
import { OutputStore } from '../executions/output-store.ts';
import { newId } from '../ids.ts';
import type { Language } from '../languages.ts';
import type { SandboxPool } from '../sandboxes/sandbox-pool.ts';
import { Graves } from './graves.ts';
import { IdleTimer } from './idle-timer.ts';
import { OwnedSandbox } from './owned-sandbox.ts';

export interface ContextRequest {
  language: Language;
  /** An id, `"new"` for a fresh sandbox, or undefined for the session's default sandbox. */
  sandboxId: string | undefined;
  name?: string | undefined;
  version?: string | undefined;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string>> | undefined;
}

export interface RunRequest {
  code: string;
  /** Which context, or the language whose default context is meant. */
  target: { contextId: string } | { language: Language };
  timeoutMs: number;
}

export interface Run {
  executionId: string;
  context: Context;
  sandboxId: string;
  /** To be taken to the end; leaving early interrupts the cell. */
  events: AsyncIterable<ExecutionEvent>;
}

export interface Killed {
  sandboxId: string;
  contextsLost: string[];
}

/** One connected client and everything that was made for it. Disposing it ends all of that. */
export class Session implements AsyncDisposable {
  readonly id = newId('session');
  readonly outputs = new OutputStore();
  readonly settings: Settings;
  readonly #pool: SandboxPool;
  readonly #sandboxes = new Map<string, OwnedSandbox>();
  readonly #graves = new Graves();
  readonly #idle: IdleTimer;
  /** What several calls may wait for is not stopped when one of them is cancelled, only with the session. */
  readonly #disposal = new AbortController();
  #default: Promise<OwnedSandbox> | undefined;
  #starting = 0;

  constructor(settings: Settings, pool: SandboxPool) {
    this.settings = settings;
    this.#pool = pool;
    this.#idle = new IdleTimer(settings.idleMinutes * 60_000, () => this.#expire());
  }

  /** Holds the session alive while a call runs. */
  lease(): Disposable {
    return this.#idle.lease();
  }

  get sandboxes(): readonly OwnedSandbox[] {
    return [...this.#sandboxes.values()];
  }

  /** Throws SandboxError: `SANDBOX_NOT_FOUND`, `SANDBOX_EXPIRED`, the limits, and what the sandbox throws. */
  async createContext(
    request: ContextRequest,
    signal: AbortSignal,
  ): Promise<{ context: Context; sandboxId: string }> {
    const sandbox = await this.#sandboxFor(request.sandboxId, signal);
    const context = await sandbox.createContext(toSpec(request), signal);
    return { context, sandboxId: sandbox.id };
  }

  /** Finds or makes the context that a cell is meant for. Throws SandboxError: `CONTEXT_NOT_FOUND`, `SANDBOX_EXPIRED`, …  */
  async run({ code, target, timeoutMs }: RunRequest, signal: AbortSignal): Promise<Run> {
    const { sandbox, context, lost } =
      'contextId' in target ? this.#find(target.contextId) : await this.#defaultContext(target.language);
    const executionId = newId('exec');
    const events = context.execute(code, { executionId, timeoutMs, signal });
    return {
      executionId,
      context,
      sandboxId: sandbox.id,
      events: lost === undefined ? events : noteFirst(lost, events),
    };
  }

  /** Ends one sandbox, or all. Throws `SANDBOX_NOT_FOUND`, `SANDBOX_EXPIRED`. */
  async kill(sandboxId: string | undefined): Promise<Killed[]> {
    await this.#default?.catch(() => undefined);
    const chosen = sandboxId === undefined ? this.sandboxes : [this.#sandbox(sandboxId)];
    return await Promise.all(chosen.map((sandbox) => this.#end(sandbox, 'killed with kill_sandbox')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#idle[Symbol.dispose]();
    this.#disposal.abort(new Error('the session has ended'));
    await this.kill(undefined);
    this.outputs.clear();
  }

  async #expire(): Promise<void> {
    const minutes = String(this.settings.idleMinutes);
    await Promise.all(this.sandboxes.map((s) => this.#end(s, `expired after ${minutes} minutes idle`, true)));
  }

  async #end(sandbox: OwnedSandbox, how: string, expired = false): Promise<Killed> {
    this.#sandboxes.delete(sandbox.id);
    if ((await this.#default?.catch(() => undefined)) === sandbox) this.#default = undefined;
    const contextsLost = sandbox.contexts.map(({ id }) => id);
    this.#graves.bury({ sandboxId: sandbox.id, contexts: sandbox.contexts, how, expired });
    await this.#pool.release(sandbox.sandbox);
    return { sandboxId: sandbox.id, contextsLost };
  }

  async #sandboxFor(sandboxId: string | undefined, signal: AbortSignal): Promise<OwnedSandbox> {
    if (sandboxId === undefined) return await this.#defaultSandbox();
    return sandboxId === 'new' ? await this.#startSandbox(signal) : this.#sandbox(sandboxId);
  }

  /** Made once, however many calls ask for it at the same time. */
  async #defaultSandbox(): Promise<OwnedSandbox> {
    this.#default ??= this.#startSandbox(this.#disposal.signal);
    try {
      return await this.#default;
    } catch (error) {
      this.#default = undefined;
      throw error;
    }
  }

  async #startSandbox(signal: AbortSignal): Promise<OwnedSandbox> {
    const max = this.settings.maxSandboxesPerSession;
    if (this.#sandboxes.size + this.#starting >= max) {
      throw new SandboxError(
        'SANDBOX_LIMIT_REACHED',
        `This session has ${String(max)} sandboxes, which is the limit (max_sandboxes_per_session): ${listed([...this.#sandboxes.keys()])}`,
        { hint: 'Use one of them, or end one with kill_sandbox.' },
      );
    }
    this.#starting += 1;
    try {
      const sandbox = new OwnedSandbox(await this.#pool.acquire(signal), this.settings.maxContextsPerSandbox);
      this.#sandboxes.set(sandbox.id, sandbox);
      return sandbox;
    } finally {
      this.#starting -= 1;
    }
  }

  async #defaultContext(language: Language) {
    const sandbox = await this.#defaultSandbox();
    const lost = this.#graves.takeLostDefault(language);
    const context = await sandbox.defaultContext(
      toSpec({ language, sandboxId: undefined }),
      this.#disposal.signal,
    );
    return { sandbox, context, lost };
  }

  #sandbox(id: string): OwnedSandbox {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox) return sandbox;
    throw this.#graves.missingSandbox(id, [...this.#sandboxes.keys()]);
  }

  #find(contextId: string): { sandbox: OwnedSandbox; context: Context; lost: undefined } {
    for (const sandbox of this.#sandboxes.values()) {
      const context = sandbox.contexts.find(({ id }) => id === contextId);
      if (context) return { sandbox, context, lost: undefined };
    }
    throw this.#graves.missingContext(
      contextId,
      this.sandboxes.flatMap(({ contexts }) => contexts),
    );
  }
}

function toSpec(request: ContextRequest): ContextSpec {
  return {
    id: newId('ctx'),
    language: request.language,
    name: request.name,
    version: request.version,
    cwd: absolute(request.cwd ?? '/workspace'),
    env: request.env ?? {},
  };
}

function absolute(folder: string): string {
  return folder.startsWith('/') ? folder : `/workspace/${folder}`;
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.join(', ');
}

async function* noteFirst(
  text: string,
  events: AsyncIterable<ExecutionEvent>,
): AsyncGenerator<ExecutionEvent> {
  yield { type: 'note', text };
  yield* events;
}
