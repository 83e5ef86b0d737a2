import type { Settings } from '../config.ts';
import type { Context } from '../contexts/context.ts';
import { SandboxError } from '../errors.ts';
import type { ExecutionEvent } from '../executions/execution.ts';
import { OutputStore } from '../executions/output-store.ts';
import { newId } from '../ids.ts';
import type { Language } from '../languages.ts';
import { type Observer, UNOBSERVED } from '../observer.ts';
import type { SandboxFiles } from '../sandboxes/files.ts';
import type { SandboxPool } from '../sandboxes/sandbox-pool.ts';
import { type ContextRequest, toSpec } from './context-request.ts';
import { DefaultSandbox } from './default-sandbox.ts';
import { Graves, type Loss } from './graves.ts';
import { IdleTimer } from '../idle-timer.ts';
import { OwnedSandbox } from './owned-sandbox.ts';

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

const KILLED = 'killed with kill_sandbox';

/** One connected client and everything that was made for it. Disposing it ends all of that. */
export class Session implements AsyncDisposable {
  readonly id = newId('session');
  readonly outputs = new OutputStore();
  readonly settings: Settings;
  readonly observer: Observer;
  /** Who opened it; undefined where nobody is told apart. */
  readonly #principal: string | undefined;
  readonly #pool: SandboxPool;
  readonly #sandboxes = new Map<string, OwnedSandbox>();
  readonly #graves = new Graves();
  readonly #idle: IdleTimer;
  /** What several calls may wait for is not stopped when one of them is cancelled, only with the session. */
  readonly #disposal = new AbortController();
  readonly #interruption = new AbortController();
  readonly #default = new DefaultSandbox((signal) => this.#startSandbox(signal));
  #starting = 0;

  constructor(settings: Settings, pool: SandboxPool, observer = UNOBSERVED, principal?: string) {
    this.settings = settings;
    this.observer = observer;
    this.#principal = principal;
    this.#pool = pool;
    this.#idle = new IdleTimer(settings.idleMinutes * 60_000, () => this.#expire());
  }

  /** Holds the session alive while a call runs. */
  lease(): Disposable {
    return this.#idle.lease();
  }

  /** Aborts when the server stops: what runs then ends with an answer that says so. */
  get interrupted(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Interrupts all that runs. */
  interrupt(): void {
    this.#interruption.abort(
      new SandboxError('SERVER_STOPPING', 'The server is being stopped', {
        hint: 'Its sandboxes and their state are lost. Connect again later.',
      }),
    );
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
    try {
      const context = await sandbox.createContext(toSpec(request), signal);
      return { context, sandboxId: sandbox.id };
    } catch (error) {
      // Nobody has been told the id of a sandbox that was made for this context alone.
      const isForsaken = request.sandboxId === 'new' && sandbox.isEmpty && this.#sandboxes.has(sandbox.id);
      if (isForsaken) await this.#end(sandbox, 'removed, because its first context could not be made');
      throw error;
    }
  }

  /** Finds or makes the context that a cell is meant for. Throws SandboxError: `CONTEXT_NOT_FOUND`, `SANDBOX_EXPIRED`, …  */
  async run({ code, target, timeoutMs }: RunRequest, signal: AbortSignal): Promise<Run> {
    const { sandbox, context } =
      'contextId' in target
        ? this.#find(target.contextId)
        : await this.#defaultContext(target.language, signal);
    const executionId = newId('exec');
    const run = { executionId, context, sandboxId: sandbox.id };
    const events = context.execute(code, { executionId, timeoutMs, signal });
    return { ...run, events: 'contextId' in target ? events : this.#tellLoss(run, events, signal) };
  }

  /** The files of a sandbox: by default of the one that calls use which name none. Throws `SANDBOX_NOT_FOUND`, `SANDBOX_EXPIRED`, … */
  async files(
    sandboxId: string | undefined,
    signal: AbortSignal,
  ): Promise<{ sandboxId: string; files: SandboxFiles }> {
    const { id, sandbox } =
      sandboxId === undefined ? await this.#default.get(signal) : this.#sandbox(sandboxId);
    return { sandboxId: id, files: sandbox.files };
  }

  /** Ends one sandbox, or all. Throws `SANDBOX_NOT_FOUND`, `SANDBOX_EXPIRED`. The signal ends the wait for one that starts. */
  async kill(sandboxId: string | undefined, signal: AbortSignal): Promise<Killed[]> {
    if (sandboxId !== undefined) return [await this.#end(this.#sandbox(sandboxId), KILLED)];
    await this.#default.settled(signal);
    return await this.#endAll(KILLED);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#idle[Symbol.dispose]();
    this.#disposal.abort(new Error('the session has ended'));
    await this.#default.settled();
    await this.#endAll('ended with its session').catch(() => undefined); // the pool has logged what failed
    this.outputs.clear();
  }

  async #expire(): Promise<void> {
    const how = `expired after ${String(this.settings.idleMinutes)} minutes idle`;
    await this.#endAll(how, true).catch(() => undefined); // the pool has logged what failed
  }

  /** Throws only once all have been dealt with. */
  async #endAll(how: string, expired = false): Promise<Killed[]> {
    const ends = this.sandboxes.map((sandbox) => this.#end(sandbox, how, expired));
    await Promise.allSettled(ends);
    return await Promise.all(ends);
  }

  async #end(sandbox: OwnedSandbox, how: string, expired = false): Promise<Killed> {
    const { id, contexts, defaultContexts } = sandbox;
    this.#sandboxes.delete(id);
    this.#default.forget(id);
    const contextsLost = contexts.map((context) => context.id);
    this.#graves.bury({ sandboxId: id, contexts, defaultContexts, how, expired });
    await this.#pool.release(sandbox.sandbox);
    return { sandboxId: id, contextsLost };
  }

  async #sandboxFor(sandboxId: string | undefined, signal: AbortSignal): Promise<OwnedSandbox> {
    if (sandboxId === undefined) return await this.#default.get(signal);
    return sandboxId === 'new' ? await this.#startSandbox(signal) : this.#sandbox(sandboxId);
  }

  async #startSandbox(call: AbortSignal): Promise<OwnedSandbox> {
    const signal = AbortSignal.any([call, this.#disposal.signal]);
    const max = this.settings.maxSandboxesPerSession;
    if (this.#sandboxes.size + this.#starting >= max) {
      throw new SandboxError(
        'SANDBOX_LIMIT_REACHED',
        `This session has ${String(max)} sandboxes, which is the limit (max_sandboxes_per_session): ${listed([...this.#sandboxes.keys()])}`,
        { limit: 'max_sandboxes_per_session', hint: 'Use one of them, or end one with kill_sandbox.' },
      );
    }
    this.#starting += 1;
    try {
      const sandbox = await this.#pool.acquire({ session: this.id, principal: this.#principal }, signal);
      if (signal.aborted) await this.#pool.release(sandbox);
      signal.throwIfAborted();
      const owned = new OwnedSandbox(sandbox, this);
      this.#sandboxes.set(owned.id, owned);
      return owned;
    } finally {
      this.#starting -= 1;
    }
  }

  async #defaultContext(
    language: Language,
    signal: AbortSignal,
  ): Promise<{ sandbox: OwnedSandbox; context: Context }> {
    const sandbox = await this.#default.get(signal);
    const spec = toSpec({ language, sandboxId: undefined });
    return { sandbox, context: await sandbox.defaultContext(spec, this.#disposal.signal) };
  }

  /** The first run in a default context says that the one before it is lost. A call that nobody hears does not count. */
  async *#tellLoss(
    { context, sandboxId }: { context: Context; sandboxId: string },
    events: AsyncIterable<ExecutionEvent>,
    signal: AbortSignal,
  ): AsyncGenerator<ExecutionEvent, void, void> {
    let loss: Loss | undefined;
    try {
      for await (const event of events) {
        if (event.type === 'started') loss = this.#graves.takeLoss(context.language, sandboxId);
        if (event.type === 'started' && loss) yield { type: 'note', text: loss.text };
        if (event.type === 'outcome' && !signal.aborted) loss = undefined; // told
        yield event;
      }
    } finally {
      if (loss) this.#graves.giveBack(loss);
    }
  }

  #sandbox(id: string): OwnedSandbox {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox) return sandbox;
    throw this.#graves.missingSandbox(id, [...this.#sandboxes.keys()]);
  }

  #find(contextId: string): { sandbox: OwnedSandbox; context: Context } {
    for (const sandbox of this.#sandboxes.values()) {
      const context = sandbox.contexts.find(({ id }) => id === contextId);
      if (context) return { sandbox, context };
    }
    throw this.#graves.missingContext(
      contextId,
      this.sandboxes.flatMap(({ contexts }) => contexts),
    );
  }
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.join(', ');
}
