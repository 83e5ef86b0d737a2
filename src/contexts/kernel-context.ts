import { SandboxError } from '../errors.ts';
import { type ExecutionEvent, OUT_OF_MEMORY } from '../executions/execution.ts';
import { CONTEXT_GONE } from '../executions/render-text.ts';
import type { KernelExit } from '../kernels/kernel.ts';
import type { KernelEvent, LiveKernel } from '../kernels/live-kernel.ts';
import { deadline } from '../processes/deadline.ts';
import type { Context, ContextSpec, ExecuteOptions } from './context.ts';
import { Journal } from './journal.ts';
import { StopLadder } from './stop-ladder.ts';
import { Turns } from './turns.ts';

/** Starts a kernel for a context and hands it over (folder and environment applied). The context kills it. */
export type StartKernel = (spec: ContextSpec, signal: AbortSignal) => Promise<LiveKernel>;

/**
 * A context on one kernel at a time. The context outlives its kernel: after a death the next cell starts a fresh
 * one (a new epoch), and says what is lost. Frames and output of an old kernel reach nobody.
 */
export class KernelContext implements Context {
  readonly createdAt = new Date();
  readonly journal = new Journal();
  readonly #spec: ContextSpec;
  readonly #startKernel: StartKernel;
  readonly #turns = new Turns();
  readonly #disposal = new AbortController();
  #kernel: LiveKernel;
  #lastUsedAt = this.createdAt;
  #executionCount = 0;
  /** First execution whose variables the present kernel holds. */
  #firstOfKernel = 1;

  private constructor(spec: ContextSpec, startKernel: StartKernel, kernel: LiveKernel) {
    this.#spec = spec;
    this.#startKernel = startKernel;
    this.#kernel = kernel;
  }

  static async create(
    spec: ContextSpec,
    startKernel: StartKernel,
    signal: AbortSignal,
  ): Promise<KernelContext> {
    return new KernelContext(spec, startKernel, await startKernel(spec, signal));
  }

  get id(): string {
    return this.#spec.id;
  }

  get language(): ContextSpec['language'] {
    return this.#spec.language;
  }

  get name(): string | null {
    return this.#spec.name ?? null;
  }

  get version(): string {
    return this.#kernel.version;
  }

  get cwd(): string {
    return this.#spec.cwd;
  }

  get lastUsedAt(): Date {
    return this.#lastUsedAt;
  }

  get executionCount(): number {
    return this.#executionCount;
  }

  get status(): 'idle' | 'busy' {
    return this.#turns.busy ? 'busy' : 'idle';
  }

  async *execute(code: string, options: ExecuteOptions): AsyncGenerator<ExecutionEvent, void, void> {
    const signal = AbortSignal.any([options.signal, this.#disposal.signal]);
    using _turn = await this.#turns.next(signal);
    this.#lastUsedAt = new Date();
    yield* this.#replaceDeadKernel(signal);
    this.#executionCount += 1;
    yield { type: 'started', executionCount: this.#executionCount };
    yield* this.#run(code, options);
    this.#lastUsedAt = new Date();
  }

  /** Throws a DeadlineError where the kernel's process hangs in the system; a cell that runs has ended even then. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort(
      new SandboxError('CONTEXT_NOT_FOUND', `Context ${this.id} was removed while the call waited`, {
        hint: 'Its variables are lost. Create another context with create_context.',
      }),
    );
    const kernel = this.#kernel;
    kernel.kill('killed');
    try {
      const what = `the ${this.language} kernel of context ${this.id} was killed and did not end`;
      await deadline(kernel.exited, kernel.patience.exitDeadlineMs, undefined, what);
    } finally {
      kernel.abandon();
    }
  }

  /** A kernel that died since the last cell is replaced, and what is lost is said. */
  async *#replaceDeadKernel(signal: AbortSignal): AsyncGenerator<ExecutionEvent, void, void> {
    const { exit } = this.#kernel;
    if (!exit) return;
    this.#kernel = await this.#startKernel(this.#spec, signal);
    const lost = range(this.#firstOfKernel, this.#executionCount);
    this.#firstOfKernel = this.#executionCount + 1;
    if (lost)
      yield {
        type: 'note',
        text: `fresh kernel: the variables of ${lost} are lost (the last one ${exit.detail})`,
      };
    if (exit.cause === 'sandbox_died') yield { type: 'note', text: 'the files of the sandbox are lost too' };
  }

  async *#run(code: string, options: ExecuteOptions): AsyncGenerator<ExecutionEvent, void, void> {
    const executionCount = this.#executionCount;
    const kernel = this.#kernel;
    using ladder = new StopLadder(kernel, options.timeoutMs, options.signal);
    const cell = kernel.execute(options.executionId, executionCount, code);
    let failed = false;
    let last: KernelEvent | undefined;
    // No for-await: leaving it early would let go of the kernel while the cell still runs.
    const take = async (): Promise<KernelEvent | undefined> => {
      const next = await cell.next();
      last = next.done ? last : next.value;
      return next.done ? undefined : next.value;
    };
    try {
      for (let event = await take(); event; event = await take()) {
        if (event.type === 'error') failed = true;
        if (event.type !== 'done' && event.type !== 'died') yield event;
      }
      const outcome = this.#outcome(last, failed, ladder);
      this.journal.append({ executionCount, code, status: outcome.status, names: namesOf(last) });
      if (last?.type === 'died' && !ladder.reason)
        yield { type: 'error', error: deathError(this.language, last.exit) };
      if (this.#disposal.signal.aborted) yield { type: 'note', text: CONTEXT_GONE };
      yield outcome;
    } finally {
      if (!isLast(last)) {
        ladder.stop('interrupted');
        while (await take());
      }
    }
  }

  #outcome(
    last: KernelEvent | undefined,
    failed: boolean,
    ladder: StopLadder,
  ): Extract<ExecutionEvent, { type: 'outcome' }> {
    if (last?.type === 'died')
      return { type: 'outcome', status: ladder.reason ?? 'kernel_died', state: 'lost' };
    // A context that was removed while its cell ended has no state any more.
    const state = this.#disposal.signal.aborted ? 'lost' : 'kept';
    return { type: 'outcome', status: ladder.reason ?? (failed ? 'error' : 'ok'), state };
  }
}

function isLast(event: KernelEvent | undefined): boolean {
  return event?.type === 'done' || event?.type === 'died';
}

function namesOf(event: KernelEvent | undefined): readonly string[] {
  return event?.type === 'done' ? event.names : [];
}

function range(first: number, last: number): string | undefined {
  if (last < first) return undefined;
  return first === last ? `execution ${String(first)}` : `executions ${String(first)}–${String(last)}`;
}

function deathError(language: string, exit: KernelExit): Extract<ExecutionEvent, { type: 'error' }>['error'] {
  const name = exit.cause === 'out_of_memory' ? OUT_OF_MEMORY : 'KernelDied';
  return { name, message: `the ${language} kernel ${exit.detail}`, traceback: '', line: null, column: null };
}
