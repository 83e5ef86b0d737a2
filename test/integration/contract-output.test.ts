import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFailure, expectStep, newTarget, startCell } from '../helpers/cells.ts';
import { languages } from '../helpers/languages.ts';
import { ROOM_FOR_MANY, startServer, type TestServer } from '../helpers/server.ts';

const LINES = 100_000;

let server: TestServer;
const clientErrors: Error[] = [];

beforeAll(async () => {
  server = await startServer(ROOM_FOR_MANY);
  server.client.onerror = (error) => clientErrors.push(error);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Makes a file from a context of its own, whatever the other contexts do. */
async function makeFile(path: string): Promise<void> {
  const python = languages[0];
  await server.run({ language: 'python' }, python?.writeFile(path) ?? '');
}

describe.each(languages)('output of $language', (row) => {
  const { language } = row;

  test('keeps stdout and stderr apart', async () => {
    await expectStep(server, { language }, row.bothStreams);
  });

  test('passes on text outside of ASCII', async () => {
    await expectStep(server, { language }, row.unicode);
  });

  test('adds no newline to what a cell prints', async () => {
    await expectStep(server, { language }, row.noNewline);
    await expectStep(server, { language }, row.noNewline);
  });

  test('takes what a child process writes to both streams', async () => {
    await expectStep(server, { language }, row.subprocess);
  });

  test('keeps all of 100 000 lines and shows their begin and end', async () => {
    const output = await server.run({ language }, row.printLines(LINES));

    const all = Array.from({ length: LINES }, (_, index) => `line ${String(index + 1)}\n`).join('');
    expect(output).toMatchObject({
      status: 'ok',
      stderr: '',
      truncated: { stdout_bytes: all.length, stderr_bytes: 0, stderr_uri: null },
    });
    expect(output.stdout).toMatch(/^line 1\nline 2\n/);
    expect(output.stdout).toMatch(/\nline 100000\n$/);
    expect(await readAll(output.truncated?.stdout_uri ?? '')).toBe(all);
  });

  test('keeps all of a flood on stderr', async () => {
    const output = await server.run({ language }, row.printErrorLines(20_000));

    const bytes = Array.from({ length: 20_000 }, (_, i) => `line ${String(i + 1)}\n`).join('').length;
    expect(output.truncated).toMatchObject({ stdout_bytes: 0, stderr_bytes: bytes, stdout_uri: null });
    expect(output.stderr).toMatch(/^line 1\n[^]*\nline 20000\n$/);
  });

  test('finds no input on stdin', async () => {
    await expectStep(server, { language }, row.readsStdin);
  });

  test.each(row.asksUser ? [row.asksUser] : [])(
    'fails at once where a cell asks the user',
    async (failure) => {
      await expectFailure(server, { language }, failure);
    },
  );

  test('streams output as progress while the cell runs, and none after the answer', async () => {
    const target = await newTarget(server, language);
    const go = `progress-${language}`;
    const code = `${row.print('ready')}\n${row.waitForFile(go)}\n${row.print('second')}\n${row.waitForFile(`${go}-2`)}`;

    const cell = startCell(server, target, code);
    await cell.ready;
    const next = startCell(
      server,
      await newTarget(server, language),
      `${row.print('ready')}\n${row.waitForFile(`${go}-3`)}`,
    );
    await makeFile(go);
    await expect.poll(() => cell.messages.join(''), { timeout: 20_000, interval: 5 }).toContain('second');
    await makeFile(`${go}-2`);
    const output = await cell.output;
    await next.ready; // its notifications come by the same clock, and later
    await makeFile(`${go}-3`);
    await next.output;

    expect(output.stdout).toBe('ready\nsecond\n');
    expect(cell.messages.join('')).toBe('ready\nsecond\n');
    expect(cell.progress).toEqual(cell.progress.toSorted((a, b) => a - b));
    expect(new Set(cell.progress).size).toBe(cell.progress.length);
    expect(clientErrors).toEqual([]);
  });

  test('gives output that comes between two cells to the next one, and says so', async () => {
    const target = await newTarget(server, language);
    const [go, done] = [`late-go-${language}`, `late-done-${language}`];

    const first = await server.run(target, row.printLater(go, done));
    await makeFile(go);
    await server.run({ language: 'python' }, languages[0]?.waitForFile(done) ?? '');
    const next = await server.run(target, row.print('own'));

    expect(first).toMatchObject({ status: 'ok', stdout: '' });
    expect(next).toMatchObject({
      status: 'ok',
      stdout: 'late\nown\n',
      notes: ['late output of execution 1 comes first in stdout'],
    });
  });

  test('does not wait for a background process that holds the streams', async () => {
    const target = await newTarget(server, language);

    await expectStep(server, target, row.leavesBackgroundProcess);
    await expectStep(server, target, { code: row.print('next'), stdout: 'next\n' });
  });

  test('answers after a cell that closed stdout, and goes on', async () => {
    const target = await newTarget(server, language);
    const { code, next } = row.closesStdout;

    const closing = await server.run(target, code);
    const after = await server.run(target, next.code);

    expect(closing).toMatchObject({ status: 'ok', state: 'kept' });
    expect(after).toMatchObject({
      status: next.error === undefined ? 'ok' : 'error',
      state: 'kept',
      stdout: next.stdout ?? '',
      notes: next.note === undefined ? [] : [next.note],
    });
    expect(after.error?.message).toBe(next.error);
  });

  test('does not take an end of the cell that is printed for the real one', async () => {
    await expectStep(server, { language }, row.forgedEnd);
  });
});

async function readAll(uri: string): Promise<string> {
  let text = '';
  for (let next: string | undefined = uri; next !== undefined;) {
    const { contents } = await server.client.readResource({ uri: next });
    const part = contents.map((content) => ('text' in content ? content.text : '')).join('');
    const more: RegExpExecArray | null = /\n\[… bytes .*; the next part: (\S+) …\]\n$/.exec(part);
    text += more ? part.slice(0, more.index) : part;
    next = more?.[1];
  }
  return text;
}
