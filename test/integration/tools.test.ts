import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newTarget } from '../helpers/cells.ts';
import { startServer, textOf, type TestServer } from '../helpers/server.ts';

const LANGUAGES = 'python, javascript, typescript, java, go, bash';

let server: TestServer;

beforeAll(async () => {
  server = await startServer(['--max-contexts-per-sandbox', '100']);
  await server.client.listTools(); // from now on the client checks what comes against the schemas
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('a call with wrong arguments', () => {
  const bad: { what: string; tool: string; args: Record<string, unknown>; says: RegExp }[] = [
    { what: 'no code', tool: 'run_code', args: { language: 'python' }, says: /run_code: code: is required/ },
    {
      what: 'code that is no text',
      tool: 'run_code',
      args: { language: 'python', code: 5 },
      says: /code: .*expected string/,
    },
    {
      what: 'an argument that is not known',
      tool: 'run_code',
      args: { language: 'python', code: '1', timeout: 5 },
      says: /unknown argument timeout\nhint: Arguments of run_code: code, context_id \(optional\)/,
    },
    {
      what: 'context and language together',
      tool: 'run_code',
      args: { language: 'python', context_id: 'ctx_1', code: '1' },
      says: /exactly one/,
    },
    { what: 'neither context nor language', tool: 'run_code', args: { code: '1' }, says: /exactly one/ },
    {
      what: 'a language that is not known',
      tool: 'run_code',
      args: { language: 'cobol', code: '1' },
      says: /language: .*"python"|"javascript"/,
    },
    {
      what: 'a language in another case',
      tool: 'create_context',
      args: { language: 'Python' },
      says: /language: /,
    },
    {
      what: 'a time limit over the highest',
      tool: 'run_code',
      args: { language: 'python', code: '1', timeout_ms: 3_600_001 },
      says: /timeout_ms 3600001 is over the limit of 3600000/,
    },
    {
      what: 'a time limit of zero',
      tool: 'run_code',
      args: { language: 'python', code: '1', timeout_ms: 0 },
      says: /timeout_ms: /,
    },
    {
      what: 'a time limit that is no whole number',
      tool: 'run_code',
      args: { language: 'python', code: '1', timeout_ms: 1.5 },
      says: /timeout_ms: /,
    },
    {
      what: 'a time limit as text',
      tool: 'run_code',
      args: { language: 'python', code: '1', timeout_ms: '1000' },
      says: /timeout_ms: .*expected number/,
    },
    {
      what: 'code over 1 MB',
      tool: 'run_code',
      args: { language: 'python', code: '#'.repeat(1_000_001) },
      says: /code: is 1000001 bytes long; at most \d+ are taken/,
    },
    {
      what: 'code over 1 MB in bytes, not in characters',
      tool: 'run_code',
      args: { language: 'python', code: `#${'€'.repeat(400_000)}` },
      says: /code: is 1200001 bytes long/,
    },
    { what: 'no language', tool: 'create_context', args: {}, says: /create_context: language: is required/ },
    {
      what: 'a version that is none',
      tool: 'create_context',
      args: { language: 'python', version: 'latest' },
      says: /version: /,
    },
    {
      what: 'a folder with a NUL character',
      tool: 'create_context',
      args: { language: 'python', cwd: 'a\0b' },
      says: /cwd: a path without NUL characters/,
    },
    {
      what: 'an empty folder',
      tool: 'create_context',
      args: { language: 'python', cwd: '' },
      says: /cwd: /,
    },
    {
      what: 'a variable with a wrong name',
      tool: 'create_context',
      args: { language: 'python', env: { 'NO-GOOD': '1' } },
      says: /env/,
    },
    {
      what: 'a variable that is no text',
      tool: 'create_context',
      args: { language: 'python', env: { A: 1 } },
      says: /env\.A: /,
    },
    {
      what: 'a variable with a NUL character',
      tool: 'create_context',
      args: { language: 'bash', env: { A: 'x\0y' } },
      says: /env\.A: values without NUL characters/,
    },
    {
      what: 'an environment that is too large',
      tool: 'create_context',
      args: { language: 'bash', env: { A: 'x'.repeat(70_000) } },
      says: /env: at most \d+ bytes in all/,
    },
    {
      what: 'a name that is too long',
      tool: 'create_context',
      args: { language: 'bash', name: 'n'.repeat(201) },
      says: /name: /,
    },
    {
      what: 'an argument where there is none',
      tool: 'list_contexts',
      args: { all: true },
      says: /unknown argument all/,
    },
    { what: 'an id that is no text', tool: 'kill_sandbox', args: { sandbox_id: 7 }, says: /sandbox_id: / },
    {
      what: 'a tool that is not there',
      tool: 'run_coed',
      args: {},
      says: /There is no tool run_coed\nhint: Tools: .*run_code/,
    },
  ];

  test.each(bad)('($what) is refused with code, reason and hint', async ({ tool, args, says }) => {
    const result = await server.call(tool, args);

    expect(result.isError).toBe(true);
    expect(result).not.toHaveProperty('structuredContent');
    const text = textOf(result);
    expect(text).toMatch(/^INVALID_ARGUMENT: .+\nhint: .+$/s);
    expect(text).toMatch(says);
    expect(text.length).toBeLessThan(2000);
    expect(text).not.toMatch(/node_modules|at .*\.js:\d+/);
  });

  test('names the languages there are', async () => {
    const result = await server.call('run_code', { code: '1' });

    expect(textOf(result)).toContain(LANGUAGES);
  });

  test('loses nothing: the contexts live on', async () => {
    const target = await newTarget(server, 'python');
    await server.run(target, 'x = 5');

    await server.call('run_code', { ...target, code: 'x = 6', timeout_ms: -1 });
    await server.call('run_code', { ...target, code: 'x = 7', what: 1 });

    expect(await server.run(target, 'x')).toMatchObject({ result: '5', execution_count: 2 });
  });

  test('does not repeat what may be a whole program', async () => {
    const secret = 'a very long program';

    const result = await server.call('run_code', { language: secret.repeat(100), code: '1' });

    expect(textOf(result)).not.toContain(secret);
  });

  test('of an unknown id of any length is answered shortly', async () => {
    const result = await server.call('run_code', { context_id: 'x'.repeat(100_000), code: '1' });

    expect(textOf(result)).toMatch(/^CONTEXT_NOT_FOUND: /);
    expect(textOf(result).length).toBeLessThan(10_000);
  });
});

describe('code at its limit', () => {
  test('of 1 MB is taken', async () => {
    const code = `x = '${'a'.repeat(1_000_000 - 20)}'\nlen(x)`;
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(1_000_000);

    expect(await server.run({ language: 'python' }, code)).toMatchObject({ result: String(1_000_000 - 20) });
  });

  test('with a time limit at its highest is taken', async () => {
    expect(await server.run({ language: 'bash' }, 'echo 1', { timeout_ms: 3_600_000 })).toMatchObject({
      stdout: '1\n',
    });
  });
});

describe('the tools', () => {
  test('are listed with schemas of objects and hints', async () => {
    const { tools } = await server.client.listTools();

    const onlyRead = ['list_contexts', 'read_file', 'list_files'];
    const change = ['create_context', 'run_code', 'kill_sandbox', 'write_file'];
    expect(tools.map(({ name }) => name).sort()).toEqual([...onlyRead, ...change].sort());
    for (const tool of tools) {
      expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(tool.outputSchema).toMatchObject({ type: 'object' });
      expect(tool.annotations?.readOnlyHint).toBe(onlyRead.includes(tool.name));
    }
  });

  test('give the facts of the structured answer as text too', async () => {
    const target = await newTarget(server, 'python');

    const result = await server.call('run_code', {
      ...target,
      code: "import sys\nprint('to out')\nprint('to err', file=sys.stderr)\n6 * 7",
    });

    const text = textOf(result);
    expect(text).toMatch(/^ok: python execution 1 in context /);
    for (const part of [
      target.context_id,
      'stdout:\nto out',
      'stderr:\nto err',
      'result:\n42',
      'state kept',
    ]) {
      expect(text).toContain(part);
    }
    expect(result).not.toHaveProperty('isError');
    expect(result.structuredContent).toMatchObject({ duration_ms: expect.any(Number) as unknown });
  });

  test('give every field of the contract', async () => {
    const output = await server.run({ language: 'bash' }, 'true');

    expect(Object.keys(output).sort()).toEqual(
      [
        ...[
          'blocked',
          'context_id',
          'displays',
          'duration_ms',
          'error',
          'execution_count',
          'execution_id',
          'language',
        ],
        ...['notes', 'result', 'sandbox_id', 'state', 'status', 'stderr', 'stdout', 'truncated'],
      ].sort(),
    );
  });
});

describe('an answer', () => {
  const swelling: { what: string; code: string }[] = [
    {
      what: 'control characters on both streams',
      code: "import sys\nfor s in (sys.stdout, sys.stderr):\n    s.write('\\x01' * 500_000)",
    },
    {
      what: 'NUL characters as the result',
      code: "class R:\n    def __repr__(self): return '\\0' * 500_000\nR()",
    },
    { what: 'control characters in an error', code: "raise ValueError('\\x02' * 500_000)" },
    {
      what: 'bytes that are no UTF-8',
      code: "import os\nfor fd in (1, 2):\n    os.write(fd, b'\\xff' * 500_000)\nNone",
    },
    {
      what: 'a hundred images and as many texts',
      code: "class P:\n    def __repr__(self): return 'p' * 100_000\n    def _repr_png_(self): return bytes(100_000)\nfor _ in range(100):\n    display(P())",
    },
    {
      what: 'displays with very many types',
      code: "class M:\n    def _repr_mimebundle_(self, **k): return {f'text/x{i}': 'v' * 500 for i in range(5000)}\nfor _ in range(50):\n    display(M())",
    },
    {
      what: 'everything at once',
      code: "import sys\nclass A:\n    def __repr__(self): return '\\x03' * 100_000\n    def _repr_png_(self): return bytes(400_000)\nsys.stdout.write('\\x01' * 300_000)\nsys.stderr.write('\\x02' * 300_000)\nfor _ in range(5):\n    display(A())\nA()",
    },
  ];

  test.each(swelling)('with $what stays below 1 MB', async ({ code }) => {
    const result = await server.call('run_code', { ...(await newTarget(server, 'python')), code });

    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(1_000_000);
    expect(result.structuredContent).toMatchObject({ state: 'kept' });
  });
});
