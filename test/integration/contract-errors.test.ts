import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFailure, expectStep, newTarget } from '../helpers/cells.ts';
import { languages } from '../helpers/languages.ts';
import { ROOM_FOR_MANY, startServer, textOf, type TestServer } from '../helpers/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer(ROOM_FOR_MANY);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.each(languages)('failing cells of $language', (row) => {
  const { language } = row;

  test.each(row.errors)('report $what with its place in the cell', async (failure) => {
    await expectFailure(server, await newTarget(server, language), failure);
  });

  test('report the line of this cell where a function of an earlier one fails', async () => {
    const { define, call } = row.errorInEarlierCell;

    await server.run({ language }, define);

    await expectFailure(server, { language }, call);
  });

  test('keep what they had defined and printed before', async () => {
    const target = await newTarget(server, language);
    const failing = row.exits[0]?.code ?? '';

    const output = await server.run(target, `${row.setValue(5)}\n${row.print('before')}\n${failing}`);

    expect(output).toMatchObject({ status: 'error', state: 'kept', stdout: 'before\n' });
    await expectStep(server, target, row.getValue(5));
  });

  test('are marked as errors for the model, without the code', async () => {
    const secret = 'a comment that must not come back';
    const comment = language === 'python' || language === 'bash' ? `# ${secret}` : `// ${secret}`;
    const code = `${row.errors[0]?.code ?? ''}\n${comment}`;

    const result = await server.call('run_code', { language, code });

    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain(row.errors[0]?.name);
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  test.each(row.exits)('report an exit code that is not zero ($message)', async (failure) => {
    await server.run({ language }, row.setValue(8));

    await expectFailure(server, { language }, failure);

    await expectStep(server, { language }, row.getValue(8));
  });

  test.each(row.exitsWithZero)('do not include an exit with code zero: %j', async (code) => {
    const target = await newTarget(server, language);
    await server.run(target, row.setValue(9));

    const output = await server.run(target, code);

    expect(output).toMatchObject({ status: 'ok', state: 'kept', error: null });
    expect(output.notes).toEqual([
      expect.stringMatching(/^exit.* ended the cell; the kernel and its variables live on$/),
    ]);
    await expectStep(server, target, row.getValue(9));
  });

  test.each(row.fork ? [row.fork] : [])(
    'do not include a process that comes back into the guest',
    async (step) => {
      await expectStep(server, { language }, step);

      await expectStep(server, { language }, { code: row.print('once'), stdout: 'once\n' });
    },
  );
});
