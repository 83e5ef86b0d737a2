import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxError } from '../../errors.ts';
import type { KernelExit } from '../../kernels/kernel.ts';
import type { KernelEvent, LiveKernel, Patience } from '../../kernels/live-kernel.ts';
import type { Language } from '../../languages.ts';
import type { Logger } from '../../logger.ts';
import { defer } from '../../processes/deferred.ts';
import { streamLines } from './event-stream.ts';
import type { Execd } from './execd.ts';
import { RemoteFailure } from './failure.ts';
import { KernelWatch } from './kernel-watch.ts';
import { RemoteCell } from './remote-cell.ts';
import type { Strays } from './strays.ts';

/** Interrupts go through two servers there, and the answer comes 1 or 2 s later. */
const PATIENCE: Patience = { repeatMs: [2000, 5000], killMs: 9000, exitDeadlineMs: 35_000 };

/** How long a context that is busy with an earlier cell is waited for, interrupted at each step. */
const BUSY_STEPS_MS = [100, 300, 1000, 2000, 3000, 4000];

/** What a kernel needs of the sandbox that it is in. */
export interface KernelHome {
  readonly execd: Execd;
  readonly logger: Logger;
  readonly strays: Strays;
  /** Whether the sandbox has ended: then nothing in it has to be removed. Says "no" where it cannot be found out. */
  isGone(): Promise<boolean>;
}

type Attempt = 'over' | 'busy' | KernelExit;

const FORGOTTEN: KernelExit = {
  code: null,
  cause: 'killed',
  detail: 'is not known to its sandbox any more',
};
const SANDBOX_GONE: KernelExit = {
  code: null,
  cause: 'sandbox_died',
  detail: 'ended with its sandbox, which expired, was removed or died',
};
const SILENT: KernelExit = {
  code: null,
  cause: 'exited',
  detail: 'ended without an answer: it exited, crashed, or had no memory left',
};
const STUCK: KernelExit = {
  code: null,
  cause: 'killed',
  detail: 'did not come free from an earlier cell, and was killed by the server; this cell has not run',
};
/** What the kernels of a deployment cannot do; said with the first cell of a context. */
const LIMITS: Partial<Record<Language, string>> = {
  go: 'on this deployment each Go cell is a program of its own: declarations are kept for later cells, values of variables do not survive; statements stand in func main, or below a line %%',
  bash: 'on this deployment stderr of Bash cells comes as stdout',
};

/** For so long after a cell that failed, in ms, the kernels of JavaScript drop what is sent, without an answer. */
const REST_MS = 300;
const NODE: ReadonlySet<Language> = new Set(['javascript', 'typescript']);

const BROKEN_OFF =
  'the answer of the deployment broke off: output may be missing, and how the cell ended is not known; it has been interrupted';

/** A context of a deployment, and the kernel behind it. What it says is as untrusted as what a local one says. */
export class RemoteKernel implements LiveKernel {
  readonly id: string;
  readonly language: Language;
  readonly patience = PATIENCE;
  readonly mark = randomBytes(9).toString('hex');
  readonly #home: KernelHome;
  readonly #exited = defer<KernelExit>();
  readonly #end = new AbortController();
  #version = '';
  #exit: KernelExit | undefined;
  #runs = false;
  #restUntilMs = 0;

  constructor(id: string, language: Language, home: KernelHome) {
    this.id = id;
    this.language = language;
    this.#home = home;
  }

  get version(): string {
    return this.#version;
  }

  /** Known once its prelude has run. */
  set version(version: string) {
    this.#version = version;
  }

  get exit(): KernelExit | undefined {
    return this.#exit;
  }

  get exited(): Promise<KernelExit> {
    return this.#exited.promise;
  }

  get cellHasEnded(): boolean {
    return !this.#runs;
  }

  /** Throws SandboxError `DRIVER_UNAVAILABLE` where the cell could not be begun. */
  async *execute(_id: string, count: number, code: string): AsyncGenerator<KernelEvent, void, void> {
    if (this.#exit) return yield { type: 'died', exit: this.#exit };
    // Answered here: as the first cell of a kernel it would never be answered there.
    if (code.trim() === '') return yield { type: 'done', names: [] };
    const limits = LIMITS[this.language];
    if (count === 1 && limits !== undefined) yield { type: 'note', text: limits };
    this.#runs = true;
    try {
      await this.#pause(this.#restUntilMs - performance.now());
      const end = yield* this.#untilFree(code);
      if (end === 'over') yield { type: 'done', names: [] };
      else yield { type: 'died', exit: this.#die(end) };
    } finally {
      this.#runs = false;
    }
  }

  interrupt(): void {
    if (!this.#runs || this.#exit) return;
    this.#home.execd.interrupt(this.id).catch((error: unknown) => {
      this.#home.logger.debug('a cell could not be interrupted', { error });
    });
  }

  kill(cause: KernelExit['cause'] = 'killed'): void {
    this.#die({ code: null, cause, detail: 'was killed by the server' });
  }

  abandon(): void {
    if (this.#exit) this.#exited.resolve(this.#exit);
    else this.kill();
  }

  /** Runs the cell once the context takes it; one is left busy where the answer to an earlier cell broke off. */
  async *#untilFree(code: string): AsyncGenerator<KernelEvent, Exclude<Attempt, 'busy'>, void> {
    for (const pauseMs of BUSY_STEPS_MS) {
      const end = yield* this.#attempt(code);
      if (end !== 'busy') return end;
      this.interrupt();
      await this.#pause(pauseMs);
      if (this.#exit) return this.#exit;
    }
    return STUCK;
  }

  async *#attempt(code: string): AsyncGenerator<KernelEvent, Attempt, void> {
    const cell = new RemoteCell(this.language, this.mark);
    using watch = new KernelWatch(
      (signal) => this.#home.execd.kernelState(this.id, signal),
      this.#end.signal,
    );
    let hasBegun = false;
    try {
      const { id, language } = this;
      const body = await this.#home.execd.run({ id, language }, code, watch.signal);
      hasBegun = true;
      for await (const { value } of watch.over(streamLines(body))) {
        for (const event of cell.take(value)) {
          watch.heard();
          yield event;
        }
      }
    } catch (error) {
      if (this.#exit) return this.#exit;
      if (watch.isGone) return SILENT;
      if (!hasBegun) return await this.#whyNotBegun(error);
      if (!(error instanceof RemoteFailure || error instanceof RangeError)) throw error;
      if (await this.#home.isGone()) return SANDBOX_GONE;
      return yield* this.#brokenOff(cell, error.message);
    }
    return yield* this.#ended(cell);
  }

  async *#ended(cell: RemoteCell): AsyncGenerator<KernelEvent, Attempt, void> {
    const { failure } = cell;
    if (failure?.includes('session is busy')) return 'busy';
    if (failure?.includes('context not found')) return FORGOTTEN;
    if (!cell.hasEnd && failure === undefined) {
      if (await this.#home.isGone()) return SANDBOX_GONE;
      return yield* this.#brokenOff(cell, BROKEN_OFF);
    }
    yield* cell.end();
    if (cell.hasError && NODE.has(this.language)) this.#restUntilMs = performance.now() + REST_MS;
    if (failure !== undefined) yield errorEvent('DeploymentError', failure);
    return 'over';
  }

  /** The kernel goes on there: it is interrupted, so that it is free for the next cell. */
  *#brokenOff(cell: RemoteCell, why: string): Generator<KernelEvent, Attempt, void> {
    this.interrupt();
    yield* cell.end();
    yield errorEvent('OutputTruncated', why === BROKEN_OFF ? why : `${BROKEN_OFF} (${why})`);
    return 'over';
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }

  async #whyNotBegun(error: unknown): Promise<KernelExit> {
    const isForgotten = error instanceof RemoteFailure && error.message.includes('context not found');
    if (isForgotten) return FORGOTTEN;
    if (error instanceof RemoteFailure && (await this.#home.isGone())) return SANDBOX_GONE;
    throw error instanceof RemoteFailure ? notBegun(error) : error;
  }

  /** Its context is removed there, whatever it does; that takes a while, and `exited` follows. */
  #die(exit: KernelExit): KernelExit {
    if (this.#exit) return this.#exit;
    this.#exit = exit;
    this.#end.abort(new Error(`the kernel ${exit.detail}`));
    void this.#remove(exit).then(() => {
      this.#exited.resolve(exit);
    });
    return exit;
  }

  async #remove({ cause }: KernelExit): Promise<void> {
    if (cause === 'sandbox_died' || (await this.#home.isGone())) return;
    try {
      await this.#home.execd.deleteContext(this.id);
    } catch (error) {
      this.#home.logger.warn('a context of a deployment could not be removed', { error });
    }
  }
}

function errorEvent(name: string, message: string): KernelEvent {
  return { type: 'error', error: { name, message, traceback: '', line: null, column: null } };
}

function notBegun(cause: RemoteFailure): SandboxError {
  return new SandboxError('DRIVER_UNAVAILABLE', `The cell could not be run: ${cause.message}`, {
    hint: 'Run it again. Where that fails, too, end the sandbox with kill_sandbox and make another one.',
    cause,
  });
}
