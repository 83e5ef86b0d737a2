import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStep, minorVersion, newTarget, startCell } from '../helpers/cells.ts';
import { pythonFailures, pythonRows } from '../helpers/python-cells.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer([
    '--max-contexts-per-sandbox',
    '200',
    '--memory-mib',
    '2048',
    '--processes',
    '2048',
  ]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Where the exact text is not ours: what it must match. */
const PATTERNS: Record<string, RegExp> = {
  TIMES: /^CPU time: .* s, wall time: .* s\n$/,
  CHILD: /^Traceback [^]*line 6, in <module>\n[^]*ValueError: in the child\n$/,
  WARNING: /^<cell 1>:2: UserWarning: careful\n/,
  THREAD: /^Exception in thread [^]*File "<cell 1>", line 3, in bad\n[^]*ValueError: in a thread\n$/,
};

function pattern(text: string | undefined): unknown {
  const known = text === undefined ? undefined : PATTERNS[text];
  return known ? expect.stringMatching(known) : (text ?? '');
}

function matching(expected: string | RegExp): unknown {
  return typeof expected === 'string' ? expected : expect.stringMatching(expected);
}

describe('a Python cell', () => {
  test.each(pythonRows)('$does', async ({ before = [], code, stdout, stderr, result, notes }) => {
    const target = await newTarget(server, 'python');
    for (const cell of before)
      expect(await server.run(target, cell)).toMatchObject({ status: 'ok', state: 'kept' });

    const output = await server.run(target, code);

    const { status, state, error } = output;
    expect({
      status,
      state,
      error,
      stdout: output.stdout,
      stderr: output.stderr,
      result: output.result,
      notes: output.notes,
    }).toEqual({
      ...{ status: 'ok', state: 'kept', error: null },
      ...{ stdout: pattern(stdout), stderr: pattern(stderr), result: result ?? null, notes: notes ?? [] },
    });
  });

  test.for(pythonFailures)('reports $does', async ({ before = [], code, stdout, ...failure }, { skip }) => {
    const target = await newTarget(server, 'python');
    const { since = 0 } = failure;
    skip((await minorVersion(server, target.context_id)) < since, `needs Python 3.${String(since)}`);
    await server.run(target, 'kept = 1');
    for (const cell of before) await server.run(target, cell);

    const output = await server.run(target, code);

    expect(output).toMatchObject({ status: 'error', state: 'kept', stdout: stdout ?? '', result: null });
    const { name, message, line, traceback = '' } = output.error ?? {};
    expect(line).toBe(failure.line);
    expect(name).toEqual(matching(failure.name));
    expect(message).toEqual(matching(failure.message));
    for (const part of failure.traceback ?? []) expect(traceback).toContain(part);
    expect(traceback).not.toMatch(/\/opt\/sandcell|sandcell_guest/);
    await expectStep(server, target, { code: 'kept', result: '1' });
  });
});

describe('an interrupt of Python', () => {
  test('reaches code that catches it, and the answer still says timeout', async () => {
    const target = await newTarget(server, 'python');
    const code = "try:\n    while True:\n        pass\nexcept KeyboardInterrupt:\n    print('caught')\n'end'";

    expect(await server.run(target, code, { timeout_ms: 300 })).toMatchObject({
      ...{ status: 'timeout', state: 'kept', stdout: 'caught\n', result: "'end'", error: null },
    });
  });

  test('runs finally blocks and context managers', async () => {
    const target = await newTarget(server, 'python');

    const output = await server.run(
      target,
      "import time\ntry:\n    time.sleep(1000)\nfinally:\n    print('cleanup')",
      { timeout_ms: 300 },
    );

    expect(output).toMatchObject({
      ...{ status: 'timeout', state: 'kept', stdout: 'cleanup\n' },
      error: { name: 'KeyboardInterrupt', line: 3 },
    });
  });

  test('cancels what a cell awaits, and leaves other tasks alone', async () => {
    const target = await newTarget(server, 'python');
    await server.run(target, 'import asyncio\nother = asyncio.create_task(asyncio.sleep(0, 7))');

    const output = await server.run(target, 'await asyncio.sleep(1000)', { timeout_ms: 300 });

    expect(output).toMatchObject({ status: 'timeout', state: 'kept' });
    await expectStep(server, target, { code: 'await other', result: '7' });
  });

  test('ends a repr that never ends', async () => {
    const target = await newTarget(server, 'python');
    const code = 'class Slow:\n    def __repr__(self):\n        while True:\n            pass\nSlow()';

    expect(await server.run(target, code, { timeout_ms: 300 })).toMatchObject({
      status: 'timeout',
      state: 'kept',
    });
    await expectStep(server, target, { code: 'Slow.__name__', result: "'Slow'" });
  });

  test('ends a task that blocks the loop between two cells', async () => {
    const target = await newTarget(server, 'python');
    await server.run(
      target,
      'import asyncio\nasync def block():\n    await asyncio.sleep(0)\n    while True:\n        pass\nkept = 1\ntask = asyncio.create_task(block())',
    );

    const output = await server.run(target, 'kept', { timeout_ms: 2000 });

    expect(output).toMatchObject({ state: 'kept' });
    await expectStep(server, target, { code: 'kept', result: '1' });
  });

  test('has its handler back in each cell, whatever the one before did to it', async () => {
    const target = await newTarget(server, 'python');
    await server.run(target, 'import signal\n_ = signal.signal(signal.SIGINT, signal.SIG_IGN)');

    const cell = startCell(server, target, "print('ready')\nwhile True:\n    pass");
    await cell.ready;
    cell.cancel();

    await expectStep(server, target, { code: 'signal.SIGINT.name', result: "'SIGINT'" });
  });
});
