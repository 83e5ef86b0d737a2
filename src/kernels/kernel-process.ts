import { SandboxError } from '../errors.ts';
import type { Blocked } from '../network/policy.ts';
import { deadline } from '../processes/deadline.ts';
import { defer } from '../processes/deferred.ts';
import { CellRun } from './cell-run.ts';
import type { AttachedKernel, KernelDriver, KernelExit, KernelSpec, Spawn } from './kernel.ts';
import { LineSplitter } from './line-splitter.ts';
import type { KernelEvent, LiveKernel, Patience } from './live-kernel.ts';
import { MarkedOutput, newMark } from './marked-output.ts';
import { decodeFrame, encodeFrame, frameIsLate, type GuestFrame, MAX_FRAME_BYTES } from './protocol.ts';

const MEMORY_NOTE =
  'a process in this sandbox was killed meanwhile because its memory was used up; the kernel lives on';

/** A guest that is not ready by then is broken: most take 1 or 2 s, a JVM with ten others on its core some 20 s. */
const READY_DEADLINE_MS = 40_000;

/** A kernel on this machine is interrupted within a millisecond; the rest is for cells that catch it, or C functions. */
const PATIENCE: Patience = { repeatMs: [400, 1500], killMs: 3000, exitDeadlineMs: 10_000 };

/** A guest whose connection ended is given this long to be seen exiting before it is killed. */
const EXIT_GRACE_MS = 1000;

/**
 * One live kernel: the process that holds a context's variables. Runs one cell at a time; the context queues.
 * Every frame is untrusted: user code shares the process with the guest and can write any.
 */
export class KernelProcess implements LiveKernel {
  readonly spec: KernelSpec;
  readonly patience = PATIENCE;
  readonly #kernel: AttachedKernel;
  readonly #stdout: MarkedOutput;
  readonly #stderr: MarkedOutput;
  readonly #lines = new LineSplitter(MAX_FRAME_BYTES);
  #run: CellRun | undefined;
  #lastId: string | undefined;
  #lastCount: number | undefined;
  #answer: ((frame: GuestFrame | undefined) => void) | undefined;
  #exit: KernelExit | undefined;
  /** It has broken the protocol: nothing it says counts any more. */
  #broken = false;

  private constructor(spec: KernelSpec, kernel: AttachedKernel) {
    this.spec = spec;
    this.#kernel = kernel;
    this.#stdout = new MarkedOutput(kernel.stdout);
    this.#stderr = new MarkedOutput(kernel.stderr);
    kernel.frames.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    kernel.frames.on('error', () => undefined); // the end follows
    kernel.frames.on('close', () => {
      this.#connectionEnded();
    });
    kernel.frames.resume(); // it was paused until there was somebody to read it
    void kernel.exited.then((exit) => {
      this.#died(exit);
    });
  }

  /** Starts a guest and waits until it is ready. The caller kills what it gets. Throws SandboxError `INTERNAL` with what the guest printed. */
  static async start(spec: KernelSpec, spawn: Spawn, signal: AbortSignal): Promise<KernelProcess> {
    const attached = await spawn(spec, signal);
    const kernel = new KernelProcess(spec, attached);
    try {
      const ready = await kernel.#nextFrame(signal);
      if (ready?.type !== 'ready') throw await kernel.#failedToStart(ready);
      kernel.#stdout.takeLate();
      kernel.#stderr.takeLate();
      return kernel;
    } catch (error) {
      kernel.kill();
      throw error;
    }
  }

  get version(): string {
    return this.spec.runtime.version;
  }

  /** Undefined while the process lives. */
  get exit(): KernelExit | undefined {
    return this.#exit;
  }

  get exited(): Promise<KernelExit> {
    return this.#kernel.exited;
  }

  /** Hands the kernel over to a context. Throws `INVALID_ARGUMENT` where the guest refuses the folder. */
  async enter(cwd: string, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const answer = this.#nextFrame(signal);
    this.#kernel.frames.write(encodeFrame({ type: 'enter', cwd, env }, this.spec.driver.wire));
    const frame = await answer;
    if (frame?.type === 'entered') {
      this.#kernel.newMemoryKills(); // those before the hand-over are of no concern to the context
      return;
    }
    if (frame?.type === 'refused') {
      throw new SandboxError('INVALID_ARGUMENT', `cwd ${cwd}: ${frame.message.slice(0, 500)}`, {
        hint: 'Use a folder below /workspace or /tmp; it is created where it does not exist.',
      });
    }
    throw await this.#failedToStart(frame);
  }

  /** Runs a cell. The events must be taken to their end: only then is the kernel free for the next cell. */
  async *execute(id: string, count: number, code: string): AsyncGenerator<KernelEvent, void, void> {
    if (this.#exit) {
      yield { type: 'died', exit: this.#exit };
      return;
    }
    const run = new CellRun(
      { id, count, previousId: this.#lastId },
      { stdout: this.#stdout, stderr: this.#stderr },
      newMark(),
    );
    this.#run = run;
    this.#lastId = id;
    try {
      yield* this.#lateOutput();
      this.#lastCount = count;
      run.begin();
      this.#kernel.newMemoryKills(); // those from before this cell are not its own
      this.#kernel.frames.write(
        encodeFrame({ type: 'execute', id, count, mark: run.mark, code }, this.spec.driver.wire),
      );
      for await (const event of run.events()) {
        if (event.type === 'done' && this.#kernel.newMemoryKills() > 0)
          yield { type: 'note', text: MEMORY_NOTE };
        if (event.type === 'done' || event.type === 'died') yield* this.#kernel.takeBlocked().map(toEvent);
        yield event;
      }
    } finally {
      this.#run = undefined;
    }
  }

  interrupt(): void {
    if (this.#run && !this.#exit) this.#kernel.interrupt(this.#run.count);
  }

  /** The running cell's last event is known, though its output may not have been read to the end. */
  get cellHasEnded(): boolean {
    return this.#run?.hasEnded ?? false;
  }

  kill(cause?: KernelExit['cause']): void {
    this.#kernel.kill(cause);
  }

  /** Takes it for dead although `exited` has not settled: it was killed, and hangs in the system. */
  abandon(): void {
    if (this.#exit) return;
    this.#died({ code: null, cause: 'killed', detail: 'was killed, but its process does not end' });
  }

  /** What background threads and timers printed since the last cell comes first in this one. */
  *#lateOutput(): Generator<KernelEvent, void, void> {
    const since =
      this.#lastCount === undefined ? 'of the time before' : `of execution ${String(this.#lastCount)}`;
    for (const [type, output] of [
      ['stdout', this.#stdout],
      ['stderr', this.#stderr],
    ] as const) {
      const { bytes, dropped } = output.takeLate();
      if (bytes.length === 0) continue;
      const left = dropped > 0 ? ` (${String(dropped)} bytes of it were dropped)` : '';
      yield {
        type: 'note',
        text: `late output ${since} comes first in ${type}${left}`,
      };
      yield { type, chunk: bytes };
    }
  }

  #receive(chunk: Buffer): void {
    if (this.#broken) return;
    const lines = this.#lines.push(chunk);
    const isSound = lines?.every((line) => {
      const frame = decodeFrame(line);
      return frame !== undefined && this.#accept(frame);
    });
    if (isSound) return;
    this.#broken = true;
    this.kill('protocol');
  }

  #accept(frame: GuestFrame): boolean {
    if (this.#answer) {
      this.#answer(frame);
      return true;
    }
    return this.#run?.accept(frame) ?? frameIsLate(frame);
  }

  #nextFrame(signal: AbortSignal): Promise<GuestFrame | undefined> {
    const { promise, resolve } = defer<GuestFrame | undefined>();
    this.#answer = (frame) => {
      this.#answer = undefined;
      resolve(frame);
    };
    if (this.#exit) this.#answer(undefined);
    return deadline(promise, READY_DEADLINE_MS, signal, 'the kernel did not answer');
  }

  #connectionEnded(): void {
    const timer = setTimeout(() => {
      this.kill('protocol');
    }, EXIT_GRACE_MS);
    void this.#kernel.exited.then(() => {
      clearTimeout(timer);
    });
  }

  #died(exit: KernelExit): void {
    const stderrTail = this.#run?.stderrTail() ?? '';
    // A runtime whose own heap is full ends itself, by an exit code or by a signal.
    const endedItself = exit.cause === 'exited' || exit.cause === 'killed';
    this.#exit = endedItself ? explain(exit, stderrTail, this.spec.driver) : exit;
    this.#answer?.(undefined);
    this.#run?.died(this.#exit);
  }

  async #failedToStart(frame: GuestFrame | undefined): Promise<SandboxError> {
    if (frame) this.kill('protocol');
    const exit = this.#exit ?? (await this.#kernel.exited);
    const said = this.#stderr.takeLate().bytes.toString('utf8').trim().slice(-2000);
    return new SandboxError(
      'INTERNAL',
      `the ${this.spec.driver.language} kernel ${exit.detail} before it was ready${said ? `: ${said}` : ''}`,
      {
        hint: 'Run `sandcell doctor` on the host to see which runtimes work.',
      },
    );
  }
}

const toEvent = (blocked: Blocked): KernelEvent => ({ type: 'blocked', ...blocked });

/** What the runtime itself says of its end tells more than the exit code. */
function explain(exit: KernelExit, stderrTail: string, driver: KernelDriver): KernelExit {
  const said = { code: exit.code, stderrTail };
  if (driver.ranOutOfMemory?.(said))
    return { ...exit, cause: 'out_of_memory', detail: `ran out of memory (${exit.detail})` };
  const fatal = driver.fatalError?.(said);
  return fatal === undefined ? exit : { ...exit, detail: `${exit.detail} after ${fatal}` };
}
