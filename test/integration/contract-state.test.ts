import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStep, newContext, newTarget } from '../helpers/cells.ts';
import { languages } from '../helpers/languages.ts';
import { ROOM_FOR_MANY, startServer, type TestServer } from '../helpers/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer(ROOM_FOR_MANY);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.each(languages)('state of $language', (row) => {
  const { language } = row;
  const change = row.changeValue ?? row.setValue;

  test.each(row.persists)('keeps $what from cell to cell', async ({ define, use }) => {
    const defined = await server.run({ language }, define);

    expect(defined).toMatchObject({ status: 'ok', state: 'kept' });
    await expectStep(server, { language }, use);
  });

  test.each(row.redefines)('lets a cell redefine $what', async ({ first, second, use }) => {
    expect(await server.run({ language }, first)).toMatchObject({ status: 'ok' });
    expect(await server.run({ language }, second)).toMatchObject({ status: 'ok' });

    await expectStep(server, { language }, use);
  });

  test('runs calls without a context id in one default context', async () => {
    const first = await server.run({ language }, row.setValue(7));
    const second = await expectStep(server, { language }, row.getValue(7));

    expect(second.context_id).toBe(first.context_id);
    expect(second.sandbox_id).toBe(first.sandbox_id);
  });

  test('shares no variable with another context', async () => {
    const one = await newTarget(server, language);
    const other = await newTarget(server, language);

    await server.run(one, row.setValue(1));
    await server.run(other, row.setValue(2));

    await expectStep(server, one, row.getValue(1));
    await expectStep(server, other, row.getValue(2));
  });

  test('shares the files of /workspace with every other context of the sandbox', async () => {
    const writer = await newContext(server, language);
    const python = await newContext(server, 'python');
    expect(writer.sandbox_id).toBe(python.sandbox_id);

    await server.run({ context_id: writer.context_id }, row.writeFile(`shared-by-${language}`));

    await expectStep(
      server,
      { context_id: python.context_id },
      {
        code: `import os\nos.path.exists('/workspace/shared-by-${language}')`,
        result: 'True',
      },
    );
  });

  test('gives the value of the last expression', async () => {
    for (const step of row.lastExpressions) await expectStep(server, { language }, step);
  });

  test('takes a cell with nothing to run', async () => {
    for (const code of row.empty) await expectStep(server, { language }, { code });
  });

  test('counts the executions of each context from 1', async () => {
    const target = await newTarget(server, language);

    const counts = [];
    for (const code of [row.setValue(1), '', row.errors[0]?.code ?? '', row.print('a')]) {
      counts.push((await server.run(target, code)).execution_count);
    }

    expect(counts).toEqual([1, 2, 3, 4]);
  });

  test('names every execution differently', async () => {
    const first = await server.run({ language }, row.print('a'));
    const second = await server.run({ language }, row.print('a'));

    expect(first.execution_id).not.toBe(second.execution_id);
    expect(first).toMatchObject({ language, context_id: second.context_id, sandbox_id: second.sandbox_id });
  });

  test('takes a long program', async () => {
    const lines = Array.from({ length: 2999 }, (_, index) => change(index + 1));

    await server.run({ language }, [row.setValue(0), ...lines].join('\n'));

    await expectStep(server, { language }, row.getValue(2999));
  });

  test('takes line ends of Windows', async () => {
    await server.run({ language }, `${row.setValue(1)}\r\n${change(12)}\r\n`);

    await expectStep(server, { language }, row.getValue(12));
  });
});
