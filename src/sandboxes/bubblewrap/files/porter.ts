import type { ChildProcess } from 'node:child_process';
import type { z } from 'zod';
import { defer, type Deferred } from '../../../processes/deferred.ts';
import { deadline, DeadlineError } from '../../../processes/deadline.ts';
import { startOwnProcess } from '../../../processes/own-process.ts';
import {
  answerSchema,
  openAnswer,
  type PorterFailure,
  type PorterOperation,
  type PorterPlace,
} from './porter-protocol.ts';

/** Far above what a step takes; only a file system that hangs, as of a network, needs longer. */
const STEP_DEADLINE_MS = 30_000;
/** Its process takes about 45 MB, which nobody needs who does not use files. */
const IDLE_MS = 60_000;

/** What the porter could not do, by its code. */
export class PorterFailureError extends Error {
  override readonly name = 'PorterFailureError';
  readonly failure: PorterFailure;

  constructor(failure: PorterFailure) {
    super(`${failure.code} ${failure.detail}`);
    this.failure = failure;
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly waiting: Map<number, Deferred<unknown>>;
  /** Handles of files that it holds. */
  readonly open: Set<number>;
}

/**
 * The process that opens the files of all sandboxes of a server: started when it is needed, and ended when it has not
 * been for a minute. Where it ends, so do the files that it held open.
 */
export class Porter implements Disposable {
  #running: Running | undefined;
  #last = 0;
  #idle: NodeJS.Timeout | undefined;

  /** One step. Throws a {@link PorterFailureError}, or a DeadlineError: the process is given up then. */
  async ask<Value>(place: PorterPlace, operation: PorterOperation, schema: z.ZodType<Value>): Promise<Value> {
    clearTimeout(this.#idle);
    const running = (this.#running ??= this.#start());
    this.#last += 1;
    const id = this.#last;
    const answer = defer<unknown>();
    running.waiting.set(id, answer);
    running.child.channel?.ref();
    try {
      running.child.send({ id, place, operation });
      const value = await deadline(answer.promise, STEP_DEADLINE_MS, undefined, 'files did not answer');
      count(running, operation, value);
      return schema.parse(value);
    } catch (error) {
      if (error instanceof DeadlineError) running.child.kill('SIGKILL');
      throw error;
    } finally {
      running.waiting.delete(id);
      if (running.waiting.size === 0) this.#rest(running);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    this.#running?.child.kill('SIGKILL');
    this.#running = undefined;
  }

  #start(): Running {
    const child = startOwnProcess(new URL('./porter-process.js', import.meta.url));
    const running: Running = { child, waiting: new Map(), open: new Set() };
    child.unref();
    child.on('message', (message) => {
      const answer = answerSchema.parse(message);
      const waiting = running.waiting.get(answer.id);
      if ('failure' in answer) waiting?.reject(new PorterFailureError(answer.failure));
      else waiting?.resolve(answer.value);
    });
    const onEnd = (): void => {
      if (this.#running === running) this.#running = undefined;
      for (const waiting of running.waiting.values())
        waiting.reject(new Error('the process that opens files has ended'));
    };
    child.once('error', onEnd);
    child.once('exit', onEnd);
    return running;
  }

  /** Nothing is asked of it: it keeps no program alive, and goes after a while. */
  #rest(running: Running): void {
    if (running !== this.#running) return;
    running.child.channel?.unref();
    if (running.open.size > 0) return;
    this.#idle = setTimeout(() => {
      this[Symbol.dispose]();
    }, IDLE_MS);
    this.#idle.unref();
  }
}

function count({ open }: Running, operation: PorterOperation, value: unknown): void {
  if (operation.type === 'commit' || operation.type === 'close') open.delete(operation.handle);
  if (operation.type === 'open_to_read' || operation.type === 'open_to_write')
    open.add(openAnswer.parse(value).handle);
}
