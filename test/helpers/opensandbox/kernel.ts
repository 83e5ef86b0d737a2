import type { ServerResponse } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import type { Context } from '../../../src/contexts/context.ts';
import type { CellError, ExecutionEvent, MimeBundle } from '../../../src/executions/execution.ts';
import type { Language } from '../../../src/languages.ts';
import { finish } from './answer.ts';
import type { Faults, RunFault } from './faults.ts';

/** What a mark looks like in the prelude of a language. */
const MARK = /["']([\da-f]{18})["']/;
const NODE = new Set<Language>(['javascript', 'typescript']);

/**
 * A Jupyter kernel behind execd, as far as its stream shows one. What it cannot tell there (columns, displays) is lost; what
 * the prelude of the driver tells in marked output, comes so.
 */
export class FakeKernel implements AsyncDisposable {
  readonly id: string;
  readonly language: Language;
  readonly #restart: () => Promise<Context>;
  #context: Context;
  #interruption: AbortController | undefined;
  #mark: string | undefined;
  #count = 0;
  #sent = 0;
  state: 'busy' | 'idle' | 'starting' = 'starting';

  constructor(id: string, language: Language, context: Context, restart: () => Promise<Context>) {
    this.id = id;
    this.language = language;
    this.#context = context;
    this.#restart = restart;
  }

  interrupt(): void {
    this.#interruption?.abort(new Error('interrupted'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.interrupt();
    await this.#context[Symbol.asyncDispose]();
  }

  async run(code: string, response: ServerResponse, faults: Faults): Promise<void> {
    const prelude = isPrelude(code) ? (MARK.exec(code)?.[1] ?? '') : undefined;
    const fault = prelude === undefined ? faults.runs?.shift() : undefined;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.flushHeaders();
    const stream = new Stream(response, faults.pieceBytes);
    stream.event({ type: 'init', text: this.id });
    if (this.#interruption !== undefined || fault === 'busy') {
      finish(response, '{"code":"RUNTIME_ERROR","message":"error running codes session is busy"}');
      return;
    }
    if (prelude !== undefined && prelude !== '') this.#mark = prelude;
    if (code === '!go version') {
      finish(
        response,
        '{"type":"stdout","text":"go version go1.26.0 linux/amd64\\n"}\n\n{"type":"execution_complete"}\n\n',
      );
      return;
    }
    if (fault === 'silence') {
      this.state = 'busy';
      return;
    }
    stream.event({ type: 'ping', text: 'pong' });
    const pings = setInterval(() => stream.event({ type: 'ping', text: 'pong' }), faults.pingMs ?? 3000);
    response.on('close', () => clearInterval(pings));
    await this.#execute(code, stream, fault);
    if (stream.isOpen) response.end();
  }

  async #execute(code: string, stream: Stream, fault: RunFault | undefined): Promise<void> {
    const interruption = new AbortController();
    this.#interruption = interruption;
    this.#count += 1;
    this.state = 'busy';
    // As in about half of the real runs.
    const isEarly = this.#count % 2 === 0;
    if (isEarly && fault !== 'cut') stream.event({ type: 'execution_complete', execution_time: 50 });
    if (typeof fault === 'object') {
      this.#end(stream, fault.raw);
      return;
    }
    const options = { executionId: 'x', timeoutMs: 3_600_000, signal: interruption.signal };
    let state: string | undefined;
    const decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
    for await (const event of this.#context.execute(code, options)) {
      if (fault === 'lost' && event.type !== 'outcome') continue;
      if (event.type === 'stdout' || event.type === 'stderr') {
        const text = decoders[event.type].write(event.chunk);
        if (text !== '') await stream.wait({ type: event.type, text });
        if (fault === 'cut' || fault === 'reset') break;
      } else if (event.type === 'outcome') state = event.state;
      else for (const told of this.#tell(event)) await stream.wait(told);
    }
    if (fault === 'reset') {
      stream.reset();
      return;
    }
    if (fault === 'cut') {
      this.#end(stream, '');
      return;
    }
    if (fault === 'lost') {
      this.state = 'idle';
      await stream.closed();
      return;
    }
    if (state === 'lost') {
      // Jupyter starts it anew, and the stream goes on with pings: so does the lock.
      this.state = 'starting';
      this.#context = await this.#restart();
      await stream.closed();
      return;
    }
    if (!isEarly) stream.event({ type: 'execution_complete', execution_time: 50 });
    this.#end(stream, '');
  }

  #end(stream: Stream, raw: string): undefined {
    this.state = 'idle';
    this.#interruption = undefined;
    stream.raw(raw);
  }

  *#tell(event: ExecutionEvent): Generator<object, void, void> {
    if (event.type === 'result') yield* this.#tellResult(event.data);
    else if (event.type === 'display' && this.language === 'python')
      yield* this.#frame({ display: event.data });
    else if (event.type === 'error') yield* this.#tellError(event.error);
  }

  *#tellResult(data: MimeBundle): Generator<object, void, void> {
    if (NODE.has(this.language)) {
      yield* this.#frame({ result: { 'text/plain': data['text/plain'] } });
      return;
    }
    yield { type: 'execution_count', execution_count: this.#count };
    const { 'text/plain': text, ...others } = data;
    yield { type: 'result', results: { ...others, text } };
  }

  *#tellError({ name, message, line, traceback }: CellError): Generator<object, void, void> {
    if (NODE.has(this.language)) {
      const text =
        name === 'ProcessExit'
          ? `ProcessExit: ${message}`
          : name === 'Uncaught'
            ? message
            : `${name}: ${message}`;
      yield* this.#frame({ error: `${text}\n    at evalmachine.<anonymous>:1:1` });
      return;
    }
    yield { type: 'status', text: 'error' };
    yield { type: 'error', error: this.#error(name, message, { line, traceback }) };
  }

  #error(name: string, message: string, { line, traceback }: Pick<CellError, 'line' | 'traceback'>): object {
    if (this.language === 'bash')
      return { ename: '', evalue: message.replace('exit code ', ''), traceback: [] };
    const place =
      line === null
        ? []
        : [`\u001b[36mCell\u001b[39m \u001b[32mIn[${String(this.#count)}]\u001b[39m, line ${String(line)}`];
    return {
      ename: name,
      evalue: message,
      traceback: [...place, traceback, `\u001b[31m${name}\u001b[39m: ${message}`],
    };
  }

  *#frame(frame: object): Generator<object, void, void> {
    const text = Buffer.from(JSON.stringify(frame)).toString('base64');
    this.#sent += 1;
    for (let at = 0, left = Math.ceil(text.length / 48_000) - 1; at < text.length; at += 48_000, left -= 1) {
      const piece = text.slice(at, at + 48_000);
      yield {
        type: 'stdout',
        text: `\u001e${this.#mark ?? ''}:${String(this.#sent)}:${String(left)}:${piece}\u001e`,
      };
    }
  }
}

function isPrelude(code: string): boolean {
  return /sandcell_prelude|function prelude|^echo "\$BASH_VERSION"$|^!go version$|^System.out.println\(Runtime.version|^mkdir -p --|^void \(require\('fs'\)|^\(lambda os, facts/.test(
    code,
  );
}

/** Writes events as execd does, in pieces of any size. */
class Stream {
  readonly #response: ServerResponse;
  readonly #pieceBytes: number | undefined;

  constructor(response: ServerResponse, pieceBytes: number | undefined) {
    this.#response = response;
    this.#pieceBytes = pieceBytes;
  }

  get isOpen(): boolean {
    return !this.#response.destroyed;
  }

  event(event: object): void {
    this.raw(`${JSON.stringify({ ...event, timestamp: Date.now() })}\n\n`);
  }

  /** The same, and waits while the client does not read. */
  async wait(event: object): Promise<void> {
    this.event(event);
    while (this.#response.writableNeedDrain && this.isOpen)
      await new Promise<void>((resolve) => {
        this.#response.once('drain', resolve);
        this.#response.once('close', resolve);
      });
  }

  raw(text: string): void {
    if (!this.isOpen) return;
    const bytes = Buffer.from(text);
    const size = this.#pieceBytes ?? (bytes.length || 1);
    for (let at = 0; at < bytes.length; at += size) this.#response.write(bytes.subarray(at, at + size));
  }

  reset(): undefined {
    this.#response.socket?.resetAndDestroy();
  }

  async closed(): Promise<undefined> {
    if (this.isOpen) await new Promise<void>((resolve) => this.#response.once('close', resolve));
  }
}
