import type { CommandEvent, CommandOptions, CommandStatus, SandboxCommands } from '../commands.ts';
import { streamLines } from './event-stream.ts';
import type { Execd } from './execd.ts';
import { RemoteFailure, unavailable } from './failure.ts';
import { type RunEvent, runEvent } from './wire.ts';

type Exit = Extract<CommandEvent, { type: 'exit' }>;

/** Shell commands through execd. It passes output on by lines: a last line without an end gets one. */
export class RemoteCommands implements SandboxCommands {
  readonly #living: (signal: AbortSignal) => Promise<Execd>;
  readonly #domain: string;
  readonly #disposed: AbortSignal;

  constructor(living: (signal: AbortSignal) => Promise<Execd>, domain: string, disposed: AbortSignal) {
    this.#living = living;
    this.#domain = domain;
    this.#disposed = disposed;
  }

  async *run(command: string, options: CommandOptions): AsyncGenerator<CommandEvent, void, void> {
    const late = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
    const ends = [options.signal, this.#disposed, ...(late ? [late] : [])];
    const stop = AbortSignal.any(ends);
    let execd: Execd | undefined;
    let id: string | undefined;
    let exit: Exit | undefined;
    try {
      execd = await this.#living(stop);
      const body = await execd.runCommand(command, options, stop);
      for await (const { value } of streamLines(body)) {
        const { data: event } = runEvent.safeParse(value);
        if (event?.type === 'init') id = event.text;
        const chunk = event && toChunk(event);
        if (chunk) yield chunk;
        exit ??= event && toExit(event);
      }
      yield exit ?? ended('error', null, 'ended, but the answer of the deployment broke off');
    } catch (error) {
      if (!stop.aborted) throw unavailable(error, this.#domain);
      const status = late?.aborted && !options.signal.aborted ? 'timeout' : 'interrupted';
      exit = ended(status, null, status === 'timeout' ? 'was stopped by its time limit' : 'was interrupted');
      yield exit;
    } finally {
      // Hanging up ends the shell there; this ends what it has started, too.
      if (exit === undefined || stop.aborted) await endCommand(execd, id);
    }
  }
}

function toChunk(event: RunEvent): CommandEvent | undefined {
  if (event.type !== 'stdout' && event.type !== 'stderr') return undefined;
  return { type: event.type, chunk: Buffer.from(event.text.endsWith('\n') ? event.text : `${event.text}\n`) };
}

function toExit(event: RunEvent): Exit | undefined {
  if (event.type === 'execution_complete') return ended('ok', 0, 'exited with code 0');
  if (event.type !== 'error') return undefined;
  const { evalue } = event.error;
  const code = /^\d+$/.test(evalue) ? Number(evalue) : null;
  return ended('error', code, code === null ? `failed: ${evalue}` : `exited with code ${evalue}`);
}

function ended(status: CommandStatus, exitCode: number | null, detail: string): Exit {
  return { type: 'exit', status, exitCode, detail };
}

async function endCommand(execd: Execd | undefined, id: string | undefined): Promise<void> {
  if (execd === undefined || id === undefined) return;
  await execd.endCommand(id).catch((error: unknown) => {
    if (!(error instanceof RemoteFailure)) throw error; // one that has ended is not known any more
  });
}
