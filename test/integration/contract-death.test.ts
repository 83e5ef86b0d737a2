import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectStep, newTarget } from '../helpers/cells.ts';
import { languages } from '../helpers/languages.ts';
import { startServer, textOf, type TestServer } from '../helpers/server.ts';

let server: TestServer;

beforeAll(async () => {
  // Little memory, so that it is full soon.
  server = await startServer([
    '--max-contexts-per-sandbox',
    '100',
    '--memory-mib',
    '400',
    '--processes',
    '4096',
    '--workspace-mib',
    '8',
    '--home-mib',
    '8',
    '--tmp-mib',
    '8',
    '--shm-mib',
    '8',
  ]);
});

/** The contexts of one test would fill the memory of the next. */
afterEach(async () => {
  await server.call('kill_sandbox');
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

// The memory of a sandbox is shared by its contexts: those of one test must not count in the next.
afterEach(async () => {
  await server.call('kill_sandbox');
});

describe.each(languages)('the death of a kernel of $language', (row) => {
  const { language } = row;

  test.each(row.deaths)(
    'by $what is reported with its cause, and the next run says what is lost',
    async ({ code, message }) => {
      const target = await newTarget(server, language);
      await server.run(target, row.setValue(1));

      const result = await server.call('run_code', {
        ...target,
        code: `${row.print('last words')}\n${code}`,
      });
      const next = await server.call('run_code', { ...target, code: row.print('fresh') });

      expect(result).toMatchObject({
        isError: true,
        structuredContent: {
          ...{ status: 'kernel_died', state: 'lost', result: null, execution_count: 2 },
          error: { name: 'KernelDied', message, traceback: '', line: null, column: null },
        },
      });
      expect(result.structuredContent).toMatchObject({ stdout: 'last words\n' });
      expect(textOf(result)).toContain('All variables of this context are lost');
      const why = message.replace(`the ${language} kernel `, '');
      const note = `fresh kernel: the variables of executions 1–2 are lost (the last one ${why})`;
      expect(next.structuredContent).toMatchObject({
        ...{
          status: 'ok',
          stdout: 'fresh\n',
          execution_count: 3,
          context_id: target.context_id,
          notes: [note],
        },
      });
      expect(textOf(next)).toContain(note);
    },
  );

  test('by lack of memory is told apart', async () => {
    const target = await newTarget(server, language);

    const output = await server.run(target, row.fillsMemory);
    const next = await server.run(target, row.print('fresh'));

    expect(output).toMatchObject({
      status: 'kernel_died',
      state: 'lost',
      error: { name: 'OutOfMemory' },
    });
    expect(output.error?.message).toMatch(`the ${language} kernel ran out of memory`);
    expect(next).toMatchObject({ status: 'ok', stdout: 'fresh\n' });
    expect(next.notes).toEqual([expect.stringMatching(/^fresh kernel: .* ran out of memory/)]);
  });

  test('leaves the files of the sandbox and the other contexts alone', async () => {
    const target = await newTarget(server, language);
    const other = await newTarget(server, language);
    await server.run(other, row.setValue(4));
    await server.run(target, row.writeFile(`survivor-${language}`));

    await server.run(target, row.deaths[0]?.code ?? '');

    await expectStep(server, other, row.getValue(4));
    await expectStep(server, target, {
      code: `${row.waitForFile(`survivor-${language}`)}\n${row.print('there')}`,
      stdout: 'there\n',
    });
  });

  test.each(row.forges)('follows on $what on its own connection to the server', async ({ code }) => {
    const target = await newTarget(server, language);
    const other = await newTarget(server, language);

    const output = await server.run(target, code);

    expect(output).toMatchObject({
      status: 'kernel_died',
      state: 'lost',
      error: {
        message: `the ${language} kernel was ended by the server: it broke the protocol of its connection (fd 3)`,
      },
    });
    await expectStep(server, other, { code: row.print('untouched'), stdout: 'untouched\n' });
    expect(await server.run(target, row.print('fresh'))).toMatchObject({ status: 'ok', stdout: 'fresh\n' });
  });

  test('takes its background processes with it', async () => {
    const target = await newTarget(server, language);
    await expectStep(server, target, row.leavesBackgroundProcess);

    await server.run(target, row.deaths[0]?.code ?? '');

    await expectStep(server, target, { code: row.print('fresh'), stdout: 'fresh\n' });
  });
});
