import { StringDecoder } from 'node:string_decoder';
import { blockedNote } from '../executions/blocked-note.ts';
import type { ExecutionEvent, MimeBundle, Status } from '../executions/execution.ts';
import type { ExecutionInit, ExecutionResult, ExecutionStreamEvent, OutputMessage } from './execution.ts';

/** The events of one execution as users of the library see them: text instead of bytes, and an error for every failure. */
export async function* publicEvents(
  names: Pick<ExecutionInit, 'id' | 'contextId' | 'language'>,
  events: AsyncIterable<ExecutionEvent>,
): AsyncGenerator<ExecutionStreamEvent, void, void> {
  const decoders = newDecoders();
  /** A fresh kernel is told of before the run begins. */
  const early: OutputMessage[] = [];
  let startedMs: number | undefined;
  let failed = false;
  for await (const event of events) {
    const timestamp = Date.now();
    switch (event.type) {
      case 'started':
        startedMs = performance.now();
        yield { type: 'init', ...names, executionCount: event.executionCount, timestamp };
        for (const note of early) yield { type: 'note', ...note };
        break;
      case 'stdout':
      case 'stderr': {
        const text = decoders[event.type].write(event.chunk);
        if (text !== '') yield { type: event.type, text, timestamp };
        break;
      }
      case 'result':
      case 'display':
        yield { type: event.type, ...toResult(event.data, timestamp) };
        break;
      case 'note':
        if (startedMs === undefined) early.push({ text: event.text, timestamp });
        else yield { type: 'note', text: event.text, timestamp };
        break;
      case 'blocked':
        yield { type: 'note', text: blockedNote(event), timestamp };
        break;
      case 'error': {
        failed = true;
        const { name, message, traceback, line, column } = event.error;
        yield { type: 'error', name, message, value: message, traceback, line, column, timestamp };
        break;
      }
      case 'outcome': {
        yield* halfCharacters(decoders);
        const { status, state } = event;
        if (status !== 'ok' && !failed) yield { ...stopped(status), timestamp };
        const executionTimeMs = Math.round((performance.now() - (startedMs ?? performance.now())) * 10) / 10;
        yield { type: 'complete', status, state, executionTimeMs, timestamp };
      }
    }
  }
}

function toResult(data: MimeBundle, timestamp: number): ExecutionResult {
  return { text: data['text/plain'], data, timestamp };
}

type Decoders = Record<'stdout' | 'stderr', StringDecoder>;

export function newDecoders(): Decoders {
  return { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
}

/** What came of characters whose last bytes never did. */
export function* halfCharacters(
  decoders: Decoders,
): Generator<{ type: 'stdout' | 'stderr' } & OutputMessage> {
  for (const type of ['stdout', 'stderr'] as const) {
    const text = decoders[type].end();
    if (text !== '') yield { type, text, timestamp: Date.now() };
  }
}

/** For a cell that has not said itself why it ended. */
function stopped(status: Exclude<Status, 'ok'>) {
  const [name, message] = {
    error: ['Error', 'the cell failed'],
    timeout: ['Timeout', 'the cell was stopped by its time limit'],
    interrupted: ['Interrupted', 'the cell was interrupted'],
    kernel_died: ['KernelDied', 'the process of the context ended'],
  }[status] as [string, string];
  return { type: 'error', name, message, value: message, traceback: '', line: null, column: null } as const;
}
