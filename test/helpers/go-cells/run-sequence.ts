import { expect } from 'vitest';
import type { ExecutionOutput } from '../../../src/executions/render.ts';
import { newTarget } from '../cells.ts';
import { startServer, type TestServer } from '../server.ts';
import type { GoCell, GoSequence } from './sequence.ts';

export type LinkStrategy = 'stock' | 'prelinked';

/** A server whose Go kernels link cells by this strategy; what it needs has been prepared before the tests. */
export function goServer(strategy: LinkStrategy): Promise<TestServer> {
  return startServer(['--max-contexts-per-sandbox', '40', '--memory-mib', '4096', '--processes', '4096'], {
    SANDCELL_GO_STRATEGY: strategy === 'stock' ? 'stock' : 'auto',
  });
}

/** What no outcome may show: generated names, and files that are not the agent's. */
const OURS = /Run__|__last|\u00b7|\ua78f|generated|sandcell|\brepl\.|_cgo_|\.go\.txt/;

/** A note of the first cell of a context: how its cells are linked. */
const ABOUT_LINKING = /\blinked\b/;

/** Runs the cells in a context of their own; each outcome must be the one that its cell names. */
export async function runSequence(server: TestServer, { cells }: GoSequence): Promise<void> {
  const target = await newTarget(server, 'go');
  for (const [index, cell] of cells.entries()) {
    const output = await server.run(target, cell.code);
    expect(seen(output), `cell ${index + 1}: ${cell.code}`).toEqual(wanted(cell));
    expectTrace(output, cell);
  }
}

function seen({ status, state, result, stdout, stderr, error, notes }: ExecutionOutput) {
  return {
    ...{ status, state, result, stdout, stderr },
    error: error && { name: error.name, message: error.message, line: error.line, column: error.column },
    notes: notes.filter((note) => !ABOUT_LINKING.test(note)),
  };
}

function wanted({ result, stdout = '', stderr = '', error, note, dies }: GoCell) {
  const common = {
    ...{ result: result ?? null, stdout, stderr: matching(stderr) },
    notes: note === undefined ? [] : (expect.arrayContaining([expect.stringContaining(note)]) as unknown),
  };
  if (dies) {
    const end = { name: expect.any(String) as unknown, message: matching(dies), line: null, column: null };
    return { ...common, status: 'kernel_died', state: 'lost', error: end };
  }
  if (!error) return { ...common, status: 'ok', state: 'kept', error: null };
  const { name, message, line, column } = error;
  const failure = { name, message: matching(message), line, column };
  return { ...common, status: 'error', state: 'kept', error: failure };
}

function matching(expected: string | RegExp): unknown {
  return typeof expected === 'string' ? expected : expect.stringMatching(expected);
}

function expectTrace({ error, stderr, notes }: ExecutionOutput, cell: GoCell): void {
  for (const part of cell.error?.traceback ?? []) expect(error?.traceback).toContain(part);
  if (!cell.dies) expect([error?.message, error?.traceback, stderr, ...notes].join('\n')).not.toMatch(OURS);
}
