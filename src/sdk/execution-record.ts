import type { KeepLimits } from '../executions/kept-output.ts';
import type {
  Execution,
  ExecutionComplete,
  ExecutionError,
  ExecutionInit,
  ExecutionResult,
  ExecutionStreamEvent,
} from './execution.ts';
import { KeptMessages } from './kept-messages.ts';

const MAX_NOTES = 20;

/** Puts the events of one run together. */
export class ExecutionRecord {
  readonly #stdout: KeptMessages;
  readonly #stderr: KeptMessages;
  readonly #results: ExecutionResult[] = [];
  readonly #displays: ExecutionResult[] = [];
  readonly #notes: string[] = [];
  #init: ExecutionInit | undefined;
  #error: ExecutionError | undefined;
  #complete: ExecutionComplete | undefined;

  constructor(limits: KeepLimits) {
    this.#stdout = new KeptMessages(limits);
    this.#stderr = new KeptMessages(limits);
  }

  add(event: ExecutionStreamEvent): void {
    switch (event.type) {
      case 'init':
        this.#init = event;
        return;
      case 'stdout':
        this.#stdout.append({ text: event.text, timestamp: event.timestamp });
        return;
      case 'stderr':
        this.#stderr.append({ text: event.text, timestamp: event.timestamp });
        return;
      case 'result':
      case 'display': {
        const { type, ...result } = event;
        (type === 'result' ? this.#results : this.#displays).push(result);
        return;
      }
      case 'note':
        if (this.#notes.length < MAX_NOTES) this.#notes.push(event.text);
        return;
      case 'error': {
        const { type: _type, ...error } = event;
        this.#error = error;
        return;
      }
      case 'complete':
        this.#complete = event;
    }
  }

  /** Call it after the last event. */
  execution(): Execution {
    const [init, complete] = [this.#init, this.#complete];
    if (!init || !complete) throw new Error('a run ended without its first or its last event');
    const { id, contextId, language, executionCount } = init;
    const { status, state, executionTimeMs } = complete;
    return {
      ...{ id, contextId, language, executionCount },
      result: this.#results,
      displays: this.#displays,
      logs: {
        stdout: this.#stdout.read(),
        stderr: this.#stderr.read(),
        leftOutBytes: { stdout: this.#stdout.leftOutBytes, stderr: this.#stderr.leftOutBytes },
      },
      error: this.#error,
      ...{ status, state, executionTimeMs },
      notes: this.#notes,
    };
  }
}
