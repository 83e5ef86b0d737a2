import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, textOf, type TestServer } from '../helpers/server.ts';

const LINES = Array.from({ length: 300_000 }, (_, index) => `line ${String(index + 1)}\n`).join('');

let server: TestServer;
/** stdout of a cell that printed {@link LINES}. */
let uri: string;

beforeAll(async () => {
  server = await startServer();
  const output = await server.run(
    { language: 'python' },
    "for i in range(1, 300_001):\n    print('line', i)",
  );
  uri = output.truncated?.stdout_uri ?? '';
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function read(address: string): Promise<string> {
  const { contents } = await server.client.readResource({ uri: address });
  expect(contents).toHaveLength(1);
  const [content] = contents;
  if (!content || !('text' in content)) throw new Error('no text');
  expect(content).toMatchObject({ uri: address, mimeType: 'text/plain' });
  return content.text;
}

describe('long output', () => {
  test('is shown with its begin and end and the number of bytes between', async () => {
    const result = await server.call('run_code', {
      language: 'python',
      code: "print('a' * 100_000 + 'z' * 100_000)",
    });

    const { stdout, truncated, execution_id } = result.structuredContent as {
      stdout: string;
      truncated: { stdout_uri: string };
      execution_id: string;
    };
    const left = Number(/\n\[… (\d+) bytes left out …\]\n/.exec(stdout)?.[1]);
    expect(stdout).toMatch(/^a+\n\[…[^\]]+…\]\nz+\n$/);
    expect(left + stdout.replace(/\n\[….*…\]\n/, '').length).toBe(200_001);
    expect(truncated).toEqual({
      ...{ stdout_bytes: 200_001, stderr_bytes: 0, stderr_uri: null },
      stdout_uri: `sandcell://executions/${execution_id}/stdout`,
    });
    expect(textOf(result)).toContain(truncated.stdout_uri);
  });

  test('just within the limit is shown whole', async () => {
    const output = await server.run({ language: 'python' }, "print('a' * 65_535)");

    expect(output).toMatchObject({ stdout: `${'a'.repeat(65_535)}\n`, truncated: null });
  });

  test('of both streams has a URI each', async () => {
    const output = await server.run(
      { language: 'bash' },
      'head -c 70000 /dev/zero | tr "\\0" o\nhead -c 80000 /dev/zero | tr "\\0" e >&2',
    );

    expect(output.truncated).toMatchObject({ stdout_bytes: 70_000, stderr_bytes: 80_000 });
    expect(await read(output.truncated?.stdout_uri ?? '')).toBe('o'.repeat(70_000));
    expect(await read(output.truncated?.stderr_uri ?? '')).toBe('e'.repeat(80_000));
  });

  test('is not cut inside a character', async () => {
    const output = await server.run({ language: 'python' }, "print('€🎉' * 40_000)");

    expect(output.stdout).not.toContain('\ufffd');
    expect(await read(output.truncated?.stdout_uri ?? '')).toBe(`${'€🎉'.repeat(40_000)}\n`);
  });

  test('beyond what is kept is dropped in the middle, and counted', async () => {
    await using small = await startServer(['--keep-output-mib', '1', '--keep-output-tail-mib', '1']);

    const output = await small.run(
      { language: 'python' },
      "import sys\nsys.stdout.write('a' * 5_000_000)\nprint('end')",
    );

    expect(output.truncated?.stdout_bytes).toBe(5_000_004);
    const { contents } = await small.client.readResource({
      uri: `${output.truncated?.stdout_uri ?? ''}?search=left out`,
    });
    expect(contents[0]).toMatchObject({
      text: expect.stringContaining(`${String(5_000_004 - 2 * 1024 * 1024)} bytes left out`) as unknown,
    });
    const tail = await small.client.readResource({
      uri: `${output.truncated?.stdout_uri ?? ''}?offset=1100000`,
    });
    expect(tail.contents[0]).toMatchObject({ text: expect.stringMatching(/^a+end\n$/) as unknown });
  });
});

describe('the resource of an output', () => {
  test('gives parts of 1 MB, each naming the next, that make up the whole', async () => {
    let whole = '';
    let parts = 0;
    for (let next: string | undefined = uri; next !== undefined; parts += 1) {
      const text: string = await read(next);
      expect(Buffer.byteLength(text)).toBeLessThan(1_010_000);
      const more: RegExpExecArray | null = /\n\[… bytes \d+–\d+ of \d+; the next part: (\S+) …\]\n$/.exec(
        text,
      );
      whole += more ? text.slice(0, more.index) : text;
      next = more?.[1];
    }

    expect(parts).toBe(Math.ceil(LINES.length / 1_000_000));
    expect(whole === LINES).toBe(true);
  });

  test('gives lines by number', async () => {
    expect(await read(`${uri}?lines=100-102`)).toBe('line 100\nline 101\nline 102');
    expect(await read(`${uri}?lines=5`)).toBe('line 5');
    expect(await read(`${uri}?lines=299999-400000`)).toBe('line 299999\nline 300000\n');
  });

  test('gives the lines that contain a text, with their numbers', async () => {
    expect(await read(`${uri}?search=line 29999`)).toBe(
      ['29999', ...Array.from({ length: 10 }, (_, i) => `29999${String(i)}`)]
        .map((number) => `${number}: line ${number}`)
        .join('\n'),
    );
    expect(await read(`${uri}?search=${encodeURIComponent('line 77777')}&lines=1-100000`)).toBe(
      '77777: line 77777',
    );
    expect(await read(`${uri}?search=nothing%20like%20it`)).toBe('No line contains "nothing like it".');
  });

  test('names the next part of a range or a search that is too long', async () => {
    expect(await read(`${uri}?lines=1-300000`)).toMatch(
      /\n\[… \d+ more lines; the next part: \S+\/stdout\?lines=\d+-300000 …\]\n$/,
    );
    expect(await read(`${uri}?search=line`)).toMatch(
      /more lines; the next part: \S+\?search=line&lines=\d+- …\]\n$/,
    );
  });

  test.each([
    ['?lines=0', 'lines must be a number or a range from 1'],
    ['?lines=9-3', 'lines must be a number or a range from 1'],
    ['?lines=abc', 'lines must be a number or a range from 1'],
    ['?offset=-1', 'offset must be a number of bytes from 0 to'],
    ['?offset=99999999999', 'offset must be a number of bytes from 0 to'],
    ['?page=2', 'unknown parameter page'],
  ])('refuses %s with the reason', async (query, message) => {
    await expect(server.client.readResource({ uri: `${uri}${query}` })).rejects.toThrow(message);
    await expect(server.client.readResource({ uri: `${uri}${query}` })).rejects.toThrow(/INVALID_ARGUMENT/);
  });

  test.each([
    'sandcell://executions/exec_none/stdout',
    'sandcell://executions/exec_none/displays/0',
    'sandcell://elsewhere',
    'file:///etc/passwd',
  ])('is not found at %s; the known executions are named', async (address) => {
    const known = uri.split('/')[3] ?? '';

    await expect(server.client.readResource({ uri: address })).rejects.toThrow(
      /EXECUTION_NOT_FOUND: Nothing can be read/,
    );
    await expect(server.client.readResource({ uri: address })).rejects.toThrow(known);
  });

  test('is not found for an output that was short: it has been shown whole', async () => {
    const output = await server.run({ language: 'bash' }, 'echo short');

    await expect(
      server.client.readResource({ uri: `sandcell://executions/${output.execution_id}/stdout` }),
    ).rejects.toThrow(/EXECUTION_NOT_FOUND/);
  });

  test('is listed, and so is the template of its address', async () => {
    const { resources } = await server.client.listResources();
    const { resourceTemplates } = await server.client.listResourceTemplates();

    expect(resources).toContainEqual(expect.objectContaining({ uri, mimeType: 'text/plain' }));
    expect(resourceTemplates).toContainEqual(
      expect.objectContaining({
        uriTemplate: expect.stringMatching(/^sandcell:\/\/executions\/\{/) as unknown,
      }),
    );
  });

  test('stays when its sandbox is killed', async () => {
    await using other = await startServer();
    const output = await other.run({ language: 'bash' }, 'seq 1 20000');

    await other.call('kill_sandbox');

    const { contents } = await other.client.readResource({
      uri: `${output.truncated?.stdout_uri ?? ''}?lines=20000`,
    });
    expect(contents[0]).toMatchObject({ text: '20000' });
  });
});
