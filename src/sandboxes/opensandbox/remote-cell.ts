import type { CellError, MimeBundle } from '../../executions/execution.ts';
import { RichLimits } from '../../executions/rich-limits.ts';
import type { KernelEvent } from '../../kernels/live-kernel.ts';
import type { Language } from '../../languages.ts';
import { errorOfKernel, errorOfNode } from './cell-errors.ts';
import { MarkedFrames } from './marked-frames.ts';
import { type RunEvent, runEvent, runFailure } from './wire.ts';

/** The end of stderr that is kept: kernels say there why a cell failed. */
const STDERR_TAIL = 16 * 1024;

/** What the kernel of Bash prints when its shell has exited. */
const RESTARTED = /^Restarting Bash$/m;
const RESTARTED_NOTE = 'the shell has exited, and another one was started: what was set before is lost';

/** A cell that does not compile has several. */
const MAX_ERRORS = 10;

const RATE_EXCEEDED = /^IOPub (data|message|msg) rate exceeded\.[\s\S]*?rate_limit_window=.*\n*/m;
const RATE_NOTE =
  'output is missing: the deployment drops what a cell prints faster than about 1 MB a second; print less, or write to a file';

/** One cell on its way back: turns what the stream says into events, and remembers how it ended. */
export class RemoteCell {
  readonly #language: Language;
  readonly #frames: MarkedFrames;
  readonly #rich = new RichLimits();
  readonly #errors: CellError[] = [];
  #stderr = '';
  #isComplete = false;
  #hasFailed = false;
  #hasError = false;
  #failure: string | undefined;
  #unreadable = 0;

  constructor(language: Language, mark: string) {
    this.#language = language;
    this.#frames = new MarkedFrames(mark);
  }

  /** Whether something has said that the cell is over. More may follow nevertheless. */
  get hasEnd(): boolean {
    return this.#isComplete || this.#hasFailed;
  }

  /** Whether its kernel has told of an error, be it one that is none here. */
  get hasError(): boolean {
    return this.#hasError;
  }

  /** What execd said instead of an event: "error running codes session is busy". */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Takes one line of the stream. Returns nothing where it is no news: a ping, what is not known. */
  *take(value: unknown): Generator<KernelEvent, void, void> {
    const { data: event } = runEvent.safeParse(value);
    if (event) yield* this.#accept(event);
    else this.#acceptOther(value);
  }

  /** The stream is over. */
  *end(): Generator<KernelEvent, void, void> {
    yield* this.#parts(this.#frames.end());
    const [first] = this.#errors;
    if (first) yield { type: 'error', error: { ...first, traceback: joined(this.#errors) } };
    if (this.#unreadable > 0)
      yield {
        type: 'note',
        text: `${String(this.#unreadable)} parts of the answer could not be read: output may be missing`,
      };
  }

  *#accept(event: RunEvent): Generator<KernelEvent, void, void> {
    switch (event.type) {
      case 'init':
      case 'ping':
        return;
      case 'execution_complete':
        this.#isComplete = true;
        return;
      case 'stdout':
        yield* this.#parts(this.#frames.push(event.text));
        return;
      case 'stderr':
        yield* this.#takeStderr(event.text);
        return;
      case 'result':
        yield* some(this.#rich.result(toBundle(event.results)));
        return;
      case 'error': {
        this.#hasFailed = true;
        this.#addError(errorOfKernel(this.#language, event.error, this.#stderr));
      }
    }
  }

  *#takeStderr(text: string): Generator<KernelEvent, void, void> {
    this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    const rest = text.replace(RATE_EXCEEDED, '');
    if (rest !== text) yield { type: 'note', text: RATE_NOTE };
    if (rest !== '') yield { type: 'stderr', chunk: Buffer.from(rest) };
  }

  *#parts(parts: ReturnType<MarkedFrames['push']>): Generator<KernelEvent, void, void> {
    for (const part of parts) {
      if (part.type === 'text') yield* this.#stdout(part.text);
      else if (part.type === 'display') yield* some(this.#rich.display(part.data));
      else if (part.type === 'result') yield* some(this.#rich.result(part.data));
      else this.#addError(errorOfNode(part.text));
    }
  }

  *#stdout(text: string): Generator<KernelEvent, void, void> {
    yield { type: 'stdout', chunk: Buffer.from(text) };
    if (this.#language === 'bash' && RESTARTED.test(text)) yield { type: 'note', text: RESTARTED_NOTE };
  }

  #addError(error: CellError | undefined): void {
    this.#hasError = true;
    if (error && this.#errors.length < MAX_ERRORS) this.#errors.push(error);
  }

  #acceptOther(value: unknown): void {
    const { data } = runFailure.safeParse(value);
    if (data) this.#failure ??= data.message;
    else if (value === undefined) this.#unreadable += 1;
  }
}

function* some(event: KernelEvent | undefined): Generator<KernelEvent, void, void> {
  if (event) yield event;
}

/** The text form is called `text` there; what is no text is JSON. */
function toBundle(results: Readonly<Record<string, unknown>>): MimeBundle {
  const entries = Object.entries(results).map(([type, value]) => [
    type === 'text' ? 'text/plain' : type,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(entries) as MimeBundle; // every value is a string
}

function joined(errors: readonly CellError[]): string {
  return [...new Set(errors.map(({ traceback }) => traceback))].join('\n');
}
