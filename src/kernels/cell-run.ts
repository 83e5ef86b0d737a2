import { EventQueue } from '../executions/event-queue.ts';
import { RichLimits } from '../executions/rich-limits.ts';
import type { KernelExit } from './kernel.ts';
import type { KernelEvent } from './live-kernel.ts';
import type { MarkedOutput } from './marked-output.ts';
import type { GuestFrame } from './protocol.ts';

/** Above this many bytes waiting for the consumer, the kernel's output is left in its pipe. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;

/** How long the end of an output stream is waited for after `done` or the death of the kernel. */
const MARK_GRACE_MS = 1000;

/** Names that one cell bound, as they are kept for the life of its context. */
const MAX_NAMES = 1000;
const MAX_NAME_LENGTH = 255;

/** A runtime that ends itself says why, and then prints the stacks of its threads. */
const STDERR_TAIL_BYTES = 64 * 1024;

/**
 * One cell on its way through a kernel: brings its three unordered streams (frames, stdout, stderr) together.
 * It has ended when `done` and the end marks of both outputs have arrived, or the kernel is dead and its outputs drained.
 */
export class CellRun {
  readonly id: string;
  readonly count: number;
  readonly #previousId: string | undefined;
  readonly mark: string;
  readonly #outputs: { stdout: MarkedOutput; stderr: MarkedOutput };
  readonly #queue = new EventQueue<KernelEvent>((event) => ('chunk' in event ? event.chunk.length : 1));
  readonly #rich = new RichLimits();
  #open = 2;
  #last: KernelEvent | undefined;
  #failed = false;
  #stderrTail: Buffer = Buffer.alloc(0);
  #grace: NodeJS.Timeout | undefined;

  constructor(
    cell: { id: string; count: number; previousId: string | undefined },
    outputs: { stdout: MarkedOutput; stderr: MarkedOutput },
    mark: string,
  ) {
    this.id = cell.id;
    this.count = cell.count;
    this.#previousId = cell.previousId;
    this.mark = mark;
    this.#outputs = outputs;
  }

  get hasEnded(): boolean {
    return this.#last !== undefined;
  }

  /** From now on the outputs are this cell's. */
  begin(): void {
    for (const type of ['stdout', 'stderr'] as const) {
      this.#outputs[type].begin(this.mark, {
        chunk: (chunk) => {
          this.#output(type, chunk);
        },
        ended: () => {
          this.#open -= 1;
          this.#settle();
        },
      });
    }
  }

  /** All events, the last one being `done` or `died`. */
  async *events(): AsyncGenerator<KernelEvent, void, void> {
    for (;;) {
      const events = await this.#queue.take();
      if (events.length === 0) return;
      this.#outputs.stdout.resume();
      this.#outputs.stderr.resume();
      yield* events;
    }
  }

  /** Takes a frame of the guest; false where it is not one of this cell's. */
  accept(frame: GuestFrame): boolean {
    if (!('id' in frame)) return false;
    // Late frames of an earlier cell are dropped; the true end of one whose end was forged comes late, too.
    if (frame.id !== this.id) return frame.type !== 'done' || frame.id === this.#previousId;
    switch (frame.type) {
      case 'display':
        this.#pushIfAny(this.#rich.display(frame.data));
        return true;
      case 'result':
        this.#pushIfAny(this.#rich.result(frame.data));
        return true;
      case 'error':
        if (this.#failed) return false;
        this.#failed = true;
        this.#queue.push({ type: 'error', error: { ...frame, traceback: frame.traceback.join('\n') } });
        return true;
      case 'done':
        for (const text of frame.notes) this.#note(text);
        this.#finishWith({ type: 'done', names: shortNames(frame.names) });
        return true;
    }
  }

  died(exit: KernelExit): void {
    this.#finishWith({ type: 'died', exit });
  }

  stderrTail(): string {
    return this.#stderrTail.toString('latin1');
  }

  #pushIfAny(event: KernelEvent | undefined): void {
    if (event) this.#queue.push(event);
  }

  #note(text: string): void {
    this.#queue.push({ type: 'note', text });
  }

  #output(type: 'stdout' | 'stderr', chunk: Buffer): void {
    this.#queue.push({ type, chunk });
    if (type === 'stderr') this.#stderrTail = lastBytes(this.#stderrTail, chunk);
    if (this.#queue.size < HIGH_WATER_BYTES) return;
    this.#outputs.stdout.pause();
    this.#outputs.stderr.pause();
  }

  #finishWith(last: KernelEvent): void {
    this.#last ??= last;
    if (last.type === 'died') this.#last = last;
    this.#grace ??= setTimeout(() => {
      this.#open = 0;
      this.#settle();
    }, MARK_GRACE_MS);
    this.#settle();
  }

  #settle(): void {
    if (this.#open > 0 || !this.#last) return;
    clearTimeout(this.#grace);
    this.#outputs.stdout.end();
    this.#outputs.stderr.end();
    this.#queue.push(this.#last);
    this.#queue.end();
  }
}

function lastBytes(before: Buffer, chunk: Buffer): Buffer {
  const bytes = chunk.length >= STDERR_TAIL_BYTES ? chunk : Buffer.concat([before, chunk]);
  return Buffer.from(bytes.subarray(-STDERR_TAIL_BYTES));
}

function shortNames(names: readonly string[]): string[] {
  return names.filter((name) => name.length <= MAX_NAME_LENGTH).slice(0, MAX_NAMES);
}
