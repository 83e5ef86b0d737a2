import { expect } from 'vitest';
import { selectRuntime } from '../../../src/kernels/runtimes.ts';
import type { ExecutionOutput } from '../../../src/executions/render.ts';
import { newContext } from '../cells.ts';
import { startServer, type TestServer } from '../server.ts';
import type { JavaCell, JavaSequence } from './sequence.ts';

/** The oldest and the newest Java that kernels run on: their bytecode is changed by different means. */
export const VERSIONS = ['17', '25'] as const;

export async function javaHome(version: string): Promise<string> {
  const { executable } = await selectRuntime('java', version);
  return executable.replace(/\/bin\/java$/, '');
}

export async function javaServer(): Promise<TestServer> {
  return startServer(['--max-sandboxes-per-session', '40']);
}

/** A context in a sandbox of its own: a full heap in one must not meet another. */
export async function newJava(server: TestServer, version: string): Promise<{ context_id: string }> {
  const { context_id } = await newContext(server, 'java', { version, sandbox_id: 'new' });
  return { context_id };
}

/** What no outcome may show: classes of the kernel's and of JShell's. */
const OURS = /REPL|\$JShell|jdk\.jshell|sandcell|do_it\$|jdk\.internal\.reflect/;

/** Runs the cells; each outcome must be the one that its cell names. */
export async function runSequence(
  server: TestServer,
  target: { context_id: string },
  { cells }: JavaSequence,
): Promise<void> {
  for (const [index, cell] of cells.entries()) {
    const output = await server.run(target, cell.code);
    expect(seen(output), `cell ${index + 1}: ${cell.code}`).toEqual(wanted(cell));
    for (const part of cell.error?.traceback ?? []) {
      expect(output.error?.traceback).toContain(
        part.replaceAll('cell-N', `cell-${String(output.execution_count)}`),
      );
    }
    const { error, stderr, notes } = output;
    expect([error?.message, error?.traceback, stderr, ...notes].join('\n')).not.toMatch(OURS);
  }
}

function seen({ status, state, result, stdout, stderr, error, notes }: ExecutionOutput) {
  return {
    ...{ status, state, result, stdout, stderr, notes },
    error: error && { name: error.name, message: error.message, line: error.line, column: error.column },
  };
}

function wanted({ result, stdout = '', stderr = '', error, notes = [] }: JavaCell) {
  return {
    status: error ? 'error' : 'ok',
    state: 'kept',
    ...{ result: result ?? null, stdout, stderr: matching(stderr), notes: notes.map(matching) },
    error: error
      ? { name: error.name, message: matching(error.message), line: error.line, column: error.column }
      : null,
  };
}

function matching(expected: string | RegExp): unknown {
  return typeof expected === 'string' ? expected : expect.stringMatching(expected);
}
