import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStep, newTarget, startCell } from '../helpers/cells.ts';
import { languages } from '../helpers/languages.ts';
import { ROOM_FOR_MANY, startServer, textOf, type TestServer } from '../helpers/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer(ROOM_FOR_MANY);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const [python] = languages;

describe.each(languages)('stopping $language', (row) => {
  const { language } = row;

  test.each(row.endless)('a cancelled call interrupts $what and keeps the state', async ({ code }) => {
    const target = await newTarget(server, language);
    await server.run(target, row.setValue(1));

    const cell = startCell(server, target, code);
    await cell.ready;
    cell.cancel();

    await expect(cell.output).rejects.toThrow(/cancelled by the test/);
    expect(await expectStep(server, target, row.getValue(1))).toMatchObject({
      execution_count: 3,
      notes: [],
    });
  });

  test.each(row.endless)('a time limit stops $what and keeps the state', async ({ code }) => {
    const target = await newTarget(server, language);
    await server.run(target, row.setValue(2));

    const result = await server.call('run_code', { ...target, code, timeout_ms: 500 });

    expect(result).toMatchObject({
      isError: true,
      structuredContent: { status: 'timeout', state: 'kept', stdout: 'ready\n' },
    });
    expect(textOf(result)).toContain('stopped by its time limit');
    expect(await expectStep(server, target, row.getValue(2))).toMatchObject({ notes: [] });
  });

  test('an interrupt that comes between two cells has no effect', async () => {
    const target = await newTarget(server, language);
    const cell = startCell(server, target, row.endless[0]?.code ?? '');
    await cell.ready;
    const waiting = startCell(server, target, row.print('not run'));

    cell.cancel();
    waiting.cancel();

    await expect(waiting.output).rejects.toThrow(/cancelled by the test/);
    await expectStep(server, target, { code: row.print('next'), stdout: 'next\n' });
  });

  test('calls on one context run one after the other', async () => {
    const target = await newTarget(server, language);
    const file = `turns-${language}`;
    const first = startCell(
      server,
      target,
      `${row.print('ready')}\n${row.waitForFile(file)}\n${row.setValue(1)}`,
    );
    await first.ready;

    const second = startCell(server, target, row.getValue(1).code);
    const third = startCell(server, target, row.print('third'));
    await server.run({ language: 'python' }, python?.writeFile(file) ?? '');

    const { result, stdout } = row.getValue(1);
    expect(await first.output).toMatchObject({ execution_count: 1, status: 'ok' });
    expect(await second.output).toMatchObject({
      execution_count: 2,
      stdout: stdout ?? '',
      result: result ?? null,
    });
    expect(await third.output).toMatchObject({ execution_count: 3, stdout: 'third\n' });
  });

  test('calls on different contexts run side by side', async () => {
    const one = await newTarget(server, language);
    const other = await newTarget(server, language);
    const [ping, pong] = [`ping-${language}`, `pong-${language}`];

    // Each waits for what the other writes.
    const outputs = await Promise.all([
      server.run(one, `${row.writeFile(ping)}\n${row.waitForFile(pong)}\n${row.print('one')}`),
      server.run(other, `${row.waitForFile(ping)}\n${row.writeFile(pong)}\n${row.print('other')}`),
    ]);

    expect(outputs).toMatchObject([{ stdout: 'one\n' }, { stdout: 'other\n' }]);
  });

  test('list_contexts shows which context is busy', async () => {
    const target = await newTarget(server, language);
    const file = `busy-${language}`;
    const cell = startCell(server, target, `${row.print('ready')}\n${row.waitForFile(file)}`);
    await cell.ready;

    const during = await server.call('list_contexts');
    await server.run({ language: 'python' }, python?.writeFile(file) ?? '');
    await cell.output;
    const after = await server.call('list_contexts');

    expect(entry(during, target.context_id)).toMatchObject({ status: 'busy', execution_count: 1 });
    expect(entry(after, target.context_id)).toMatchObject({ status: 'idle', execution_count: 1 });
  });
});

// Together: each takes as long as the ladder from interrupt to kill.
describe.concurrent('a cell that resists the interrupt', () => {
  test.each(languages)('is killed in $language, and its lost state is said twice', async (row) => {
    const target = await newTarget(server, row.language);
    await server.run(target, row.setValue(3));

    const result = await server.call('run_code', { ...target, code: row.resists, timeout_ms: 500 });
    const next = await server.run(target, row.print('fresh'));

    expect(result.structuredContent).toMatchObject({ status: 'timeout', state: 'lost', stdout: 'ready\n' });
    expect(textOf(result)).toContain('All variables of this context are lost');
    expect(next).toMatchObject({
      ...{ status: 'ok', state: 'kept', stdout: 'fresh\n', context_id: target.context_id },
      notes: [
        'fresh kernel: the variables of executions 1–2 are lost (the last one was killed by the server)',
      ],
    });
  });
});

function entry(result: Awaited<ReturnType<TestServer['call']>>, contextId: string): unknown {
  const { sandboxes } = result.structuredContent as {
    sandboxes: { contexts: { context_id: string }[] }[];
  };
  return sandboxes.flatMap(({ contexts }) => contexts).find(({ context_id }) => context_id === contextId);
}
