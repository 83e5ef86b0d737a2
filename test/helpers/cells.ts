import { expect } from 'vitest';
import type { ExecutionOutput } from '../../src/executions/render.ts';
import type { Failure, Step } from './languages.ts';
import { type Target, textOf, type TestServer } from './server.ts';

/** What no traceback may show: files, names and commands of the guests. */
const OURS =
  /\/opt\/sandcell|sandcell_guest|__sandcell|node:internal|node:inspector|evalmachine|frozen runpy/;

/** Makes a context of its own; the id as a target for runs. */
export async function newContext(
  server: Pick<TestServer, 'call'>,
  language: string,
  more: Record<string, unknown> = {},
): Promise<{ context_id: string; sandbox_id: string }> {
  const result = await server.call('create_context', { language, ...more });
  if (!result.structuredContent) throw new Error(textOf(result));
  const { context_id, sandbox_id } = result.structuredContent;
  return { context_id: String(context_id), sandbox_id: String(sandbox_id) };
}

/** Only the id: what run_code takes. */
export async function newTarget(
  server: Pick<TestServer, 'call'>,
  language: string,
): Promise<{ context_id: string }> {
  const { context_id } = await newContext(server, language);
  return { context_id };
}

/** Runs a cell that must succeed and give exactly what the step says. */
export async function expectStep(
  server: Pick<TestServer, 'run'>,
  target: Target,
  step: Step,
): Promise<ExecutionOutput> {
  const output = await server.run(target, step.code);
  expect(output).toMatchObject({
    status: 'ok',
    state: 'kept',
    stdout: step.stdout ?? '',
    stderr: step.stderr ?? '',
    result: step.result ?? null,
    error: null,
  });
  return output;
}

/** Runs a cell that must fail exactly as described, its state kept. */
export async function expectFailure(server: TestServer, target: Target, failure: Failure): Promise<void> {
  const output = await server.run(target, failure.code);
  const { message, name, line } = failure;
  const column = (await hasColumn(server, output, failure)) ? failure.column : null;
  expect(output).toMatchObject({
    status: 'error',
    state: 'kept',
    result: null,
    error: { name, line, column },
  });
  expect(output.error?.message).toEqual(
    typeof message === 'string' ? message : expect.stringMatching(message),
  );
  const traceback = output.error?.traceback ?? '';
  for (const part of failure.traceback ?? []) {
    expect(traceback).toContain(part.replace('-N.', `-${String(output.execution_count)}.`));
  }
  expect(traceback).not.toMatch(OURS);
}

/** Python tells columns from 3.11 on; those of syntax errors it always told. */
async function hasColumn(server: TestServer, output: ExecutionOutput, { name }: Failure): Promise<boolean> {
  if (output.language !== 'python' || name === 'SyntaxError') return true;
  return (await minorVersion(server, output.context_id)) >= 11;
}

/** The 11 of a context on Python 3.11.7. */
export async function minorVersion(server: TestServer, contextId: string): Promise<number> {
  const { structuredContent } = await server.call('list_contexts');
  // the output schema of list_contexts
  const { sandboxes } = structuredContent as {
    sandboxes: { contexts: { context_id: string; version: string }[] }[];
  };
  const contexts = sandboxes.flatMap((sandbox) => sandbox.contexts);
  return Number(contexts.find(({ context_id }) => context_id === contextId)?.version.split('.')[1]);
}

export interface RunningCell {
  /** Settles once the cell has printed "ready"; rejects where it ends before. */
  readonly ready: Promise<void>;
  /** The whole answer; rejects when the call is cancelled. */
  readonly output: Promise<ExecutionOutput>;
  /** What it has printed, as the progress notifications so far told. */
  readonly messages: readonly string[];
  readonly progress: readonly number[];
  cancel(): void;
}

/** Told of a cell that prints nothing for 5 s: on a busy machine, of any. */
const HEARTBEAT = /^running for \d+ s$/;

/** Starts a cell and lets the caller wait for what it prints. */
export function startCell(
  server: Pick<TestServer, 'run'>,
  target: Target,
  code: string,
  args: Record<string, unknown> = {},
): RunningCell {
  const controller = new AbortController();
  const messages: string[] = [];
  const progress: number[] = [];
  let output: Promise<ExecutionOutput> | undefined;
  const ready = new Promise<void>((resolve, reject) => {
    const onProgress = (event: { progress: number; message?: string | undefined }): void => {
      const message = event.message ?? '';
      if (!HEARTBEAT.test(message)) messages.push(message);
      progress.push(event.progress);
      if (messages.join('').includes('ready')) resolve();
    };
    output = server.run(target, code, args, { signal: controller.signal, onProgress });
    output.then(
      (early) => reject(new Error(`the cell ended before it was ready: ${JSON.stringify(early)}`)),
      reject,
    );
  });
  if (!output) throw new Error('a promise runs its function at once');
  output.catch(() => undefined); // a caller that does not ask does not care
  ready.catch(() => undefined);
  return {
    ready,
    output,
    messages,
    progress,
    cancel: () => controller.abort(new Error('cancelled by the test')),
  };
}

/** Waits for a condition of the machine that nothing tells of. Fails when it does not come true. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not come true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
