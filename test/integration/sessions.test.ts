import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executionOutput } from '../../src/executions/render.ts';
import { expectStep, newContext, newTarget, until } from '../helpers/cells.ts';
import { descendantsOf, foldersOf } from '../helpers/processes.ts';
import { startServer, textOf, type TestServer } from '../helpers/server.ts';

interface Entry {
  context_id: string;
  language: string;
  version: string;
  name: string | null;
  status: string;
  execution_count: number;
  created_at: string;
  last_used_at: string;
}

interface Listed {
  sandboxes: { sandbox_id: string; contexts: Entry[] }[];
}

async function list(server: TestServer): Promise<Listed['sandboxes']> {
  const { structuredContent } = await server.call('list_contexts');
  return (structuredContent as unknown as Listed).sandboxes;
}

describe('create_context', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(['--max-contexts-per-sandbox', '100', '--max-sandboxes-per-session', '20']);
    await server.client.listTools(); // from now on the client checks what comes against the schemas
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test('gives ids, language, full version and folder, as text too', async () => {
    const result = await server.call('create_context', { language: 'python' });

    const { context_id, sandbox_id } = result.structuredContent as Record<string, string>;
    expect(result.structuredContent).toEqual({
      ...{ context_id, sandbox_id, language: 'python', cwd: '/workspace' },
      version: expect.stringMatching(/^3\.\d+\.\d+$/) as unknown,
    });
    expect(textOf(result)).toContain(context_id);
    expect(textOf(result)).toContain(sandbox_id);
  });

  test('shows name and counts in list_contexts', async () => {
    const { context_id, sandbox_id } = await newContext(server, 'bash', { name: 'my shell' });
    await server.run({ context_id }, 'true');
    await server.run({ context_id }, 'false');

    const entry = (await list(server))
      .find((sandbox) => sandbox.sandbox_id === sandbox_id)
      ?.contexts.find((context) => context.context_id === context_id);

    expect(entry).toMatchObject({ language: 'bash', name: 'my shell', status: 'idle', execution_count: 2 });
    expect(new Date(entry?.created_at ?? '').toISOString()).toBe(entry?.created_at);
    expect(Date.parse(entry?.last_used_at ?? '')).toBeGreaterThanOrEqual(Date.parse(entry?.created_at ?? ''));
    expect(textOf(await server.call('list_contexts'))).toContain('"my shell"');
  });

  test('makes the folder that it starts in, a relative one below /workspace', async () => {
    const absolute = await newContext(server, 'python', { cwd: '/workspace/a/b' });
    const relative = await newContext(server, 'bash', { cwd: 'c/d' });

    const { context_id } = absolute;
    await expectStep(server, { context_id }, { code: 'import os\nos.getcwd()', result: "'/workspace/a/b'" });
    await expectStep(
      server,
      { context_id: relative.context_id },
      { code: 'pwd', stdout: '/workspace/c/d\n' },
    );
  });

  test.each(['python', 'javascript', 'bash'])(
    'refuses a folder that cannot be made in %s',
    async (language) => {
      const result = await server.call('create_context', { language, cwd: '/usr/new' });

      expect(result).toMatchObject({ isError: true });
      expect(result).not.toHaveProperty('structuredContent');
      expect(textOf(result)).toMatch(/^INVALID_ARGUMENT: cwd \/usr\/new: .+\nhint: .*\/workspace/);
    },
  );

  test.each([
    {
      language: 'python',
      code: "import os\nos.environ['GREETING'], os.environ.get('PATH') != ''",
      result: "('hällo = 1', True)",
    },
    { language: 'javascript', code: 'process.env.GREETING', result: "'hällo = 1'" },
    { language: 'bash', code: 'echo "$GREETING"', stdout: 'hällo = 1\n' },
  ])('sets the environment of $language, and of nobody else', async ({ language, ...step }) => {
    const { context_id } = await newContext(server, language, { env: { GREETING: 'hällo = 1' } });
    const other = await newTarget(server, 'bash');

    await expectStep(server, { context_id }, step);
    await expectStep(server, other, { code: 'echo "[$GREETING]"', stdout: '[]\n' });
  });

  test('gives a fresh kernel the folder and the environment of its context again', async () => {
    const { context_id } = await newContext(server, 'python', { cwd: 'again', env: { MOOD: 'good' } });

    await server.run({ context_id }, 'import os\nos._exit(0)');

    const output = await server.run({ context_id }, "import os\nos.getcwd(), os.environ['MOOD']");
    expect(output.result).toBe("('/workspace/again', 'good')");
  });

  test('runs each installed version that it is asked for, whole or in part', async () => {
    const refused = await server.call('create_context', { language: 'python', version: '3.0' });
    const installed = /installed are (.+)\n/.exec(textOf(refused))?.[1]?.split(', ') ?? [];
    expect(textOf(refused)).toMatch(/^RUNTIME_NOT_FOUND: Python 3\.0 is not installed/);
    expect(installed.length).toBeGreaterThan(0);

    for (const version of installed) {
      const { context_id } = await newContext(server, 'python', { version });
      await expectStep(
        server,
        { context_id },
        { code: 'import platform\nprint(platform.python_version())', stdout: `${version}\n` },
      );
    }
    const [newest = ''] = installed;
    const made = await server.call('create_context', {
      language: 'python',
      version: newest.split('.').slice(0, 2).join('.'),
    });
    expect(made.structuredContent).toMatchObject({ version: newest });
  });

  test('takes the version from PYTHON_VERSION in its environment, where it asks for none', async () => {
    const refused = await server.call('create_context', { language: 'python', version: '3.0' });
    const oldest = /installed are (.+)\n/.exec(textOf(refused))?.[1]?.split(', ').at(-1) ?? '';
    const env = { PYTHON_VERSION: oldest };
    const made = await server.call('create_context', { language: 'python', env });
    expect(made.structuredContent).toMatchObject({ version: oldest });

    const missing = await server.call('create_context', {
      language: 'python',
      env: { PYTHON_VERSION: '3.0' },
    });
    expect(textOf(missing)).toMatch(/^RUNTIME_NOT_FOUND: Python 3\.0 is not installed/);
  });

  test.each(['javascript', 'typescript', 'bash'])(
    'says which versions there are of what %s runs on',
    async (language) => {
      const refused = await server.call('create_context', { language, version: '1.2' });

      expect(refused).toMatchObject({ isError: true });
      expect(textOf(refused)).toMatch(/^RUNTIME_NOT_FOUND: .* 1\.2 is not installed; installed are \d+\.\d+/);
    },
  );

  test('"new" makes a sandbox of its own files and leaves the default one as it is', async () => {
    const first = await newContext(server, 'bash');
    const fresh = await newContext(server, 'bash', { sandbox_id: 'new' });
    const second = await newContext(server, 'bash');
    const besides = await newContext(server, 'bash', { sandbox_id: fresh.sandbox_id });

    expect(fresh.sandbox_id).not.toBe(first.sandbox_id);
    expect(second.sandbox_id).toBe(first.sandbox_id);
    expect(besides.sandbox_id).toBe(fresh.sandbox_id);
    await server.run(
      { context_id: first.context_id },
      'echo secret > /workspace/mine; echo t > /tmp/mine-too',
    );
    const look = 'ls -A /workspace /tmp | grep mine || echo nothing';
    await expectStep(server, { context_id: fresh.context_id }, { code: look, stdout: 'nothing\n' });
    await expectStep(server, { context_id: second.context_id }, { code: look, stdout: 'mine-too\nmine\n' });
  });

  test('many at once get ids and kernels of their own', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => newContext(server, 'python')));

    await Promise.all(made.map(({ context_id }, i) => server.run({ context_id }, `x = ${String(i)}`)));
    const values = await Promise.all(made.map(({ context_id }) => server.run({ context_id }, 'x')));

    expect(values.map(({ result }) => result)).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(new Set(made.map(({ sandbox_id }) => sandbox_id)).size).toBe(1);
  });

  test('starts a shell beside forty Python contexts: they leave pipe memory to it', async () => {
    await using crowded = await startServer(['--max-contexts-per-sandbox', '64', '--processes', '1024']);

    for (let count = 0; count < 40; count += 1) await newContext(crowded, 'python');

    await expectStep(crowded, await newTarget(crowded, 'bash'), { code: 'echo room', stdout: 'room\n' });
  });

  test('names the known ids where one is unknown', async () => {
    const { context_id, sandbox_id } = await newContext(server, 'bash');

    const noContext = await server.call('run_code', { context_id: 'ctx_none', code: '1' });
    const noSandbox = await server.call('create_context', { language: 'bash', sandbox_id: 'sb_none' });
    const noVictim = await server.call('kill_sandbox', { sandbox_id: 'sb_none' });

    for (const result of [noContext, noSandbox, noVictim]) {
      expect(result.isError).toBe(true);
      expect(result).not.toHaveProperty('structuredContent');
    }
    expect(textOf(noContext)).toMatch(
      /^CONTEXT_NOT_FOUND: Context ctx_none does not exist in this session\nhint: /,
    );
    expect(textOf(noContext)).toContain(`${context_id} (bash)`);
    expect(textOf(noSandbox)).toMatch(/^SANDBOX_NOT_FOUND: Sandbox sb_none does not exist/);
    expect(textOf(noSandbox)).toContain(sandbox_id);
    expect(textOf(noVictim)).toMatch(/^SANDBOX_NOT_FOUND: /);
  });
});

describe('the default context', () => {
  test('is made once, however many calls ask for it at the same time', async () => {
    await using server = await startServer();

    const outputs = await Promise.all(
      [1, 2, 3, 4].map((n) => server.run({ language: 'python' }, `x${String(n)} = ${String(n)}`)),
    );

    expect(new Set(outputs.map(({ context_id }) => context_id)).size).toBe(1);
    expect(outputs.map(({ execution_count }) => execution_count).sort()).toEqual([1, 2, 3, 4]);
    await expectStep(server, { language: 'python' }, { code: 'x1 + x2 + x3 + x4', result: '10' });
  });

  test('is one for each language', async () => {
    await using server = await startServer();

    const python = await server.run({ language: 'python' }, '1');
    const bash = await server.run({ language: 'bash' }, 'echo 1');

    expect(python.sandbox_id).toBe(bash.sandbox_id);
    expect(python.context_id).not.toBe(bash.context_id);
  });
});

describe('kill_sandbox', () => {
  test('ends one sandbox, its processes and its contexts, and no other', async () => {
    await using server = await startServer();
    const doomed = await newContext(server, 'bash', { sandbox_id: 'new' });
    const kept = await newContext(server, 'bash', { sandbox_id: 'new' });
    await server.run({ context_id: doomed.context_id }, 'sleep 976431 &');
    await server.run({ context_id: kept.context_id }, 'x=1; sleep 976432 &');
    // A job in the background is a copy of the shell until it has become its command.
    await expect
      .poll(() => commands(server), { timeout: 20_000 })
      .toEqual(expect.arrayContaining(['sleep 976431', 'sleep 976432']));
    expect(sandboxFolders(server)).toContain('sb1');

    const result = await server.call('kill_sandbox', { sandbox_id: doomed.sandbox_id });

    expect(result.structuredContent).toEqual({
      killed: [{ sandbox_id: doomed.sandbox_id, contexts_lost: [doomed.context_id] }],
    });
    expect(textOf(result)).toContain(doomed.context_id);
    expect(commands(server)).not.toContain('sleep 976431');
    expect(commands(server)).toContain('sleep 976432');
    expect(sandboxFolders(server)).not.toContain('sb1'); // the one that was made first
    await expectStep(server, { context_id: kept.context_id }, { code: 'echo $x', stdout: '1\n' });
    expect((await list(server)).map(({ sandbox_id }) => sandbox_id)).toEqual([kept.sandbox_id]);
  });

  test('answers for the ids of a killed sandbox with what became of it', async () => {
    await using server = await startServer();
    const { context_id, sandbox_id } = await newContext(server, 'bash');
    await server.call('kill_sandbox', { sandbox_id });

    const run = await server.call('run_code', { context_id, code: 'true' });
    const create = await server.call('create_context', { language: 'bash', sandbox_id });

    expect(textOf(run)).toMatch(
      `CONTEXT_NOT_FOUND: Context ${context_id} is gone: its sandbox ${sandbox_id} was killed`,
    );
    expect(textOf(create)).toMatch(`SANDBOX_NOT_FOUND: Sandbox ${sandbox_id} was killed with kill_sandbox`);
  });

  test('without an id ends all; the next default context says what is lost, once', async () => {
    await using server = await startServer();
    const before = await server.run({ language: 'python' }, 'x = 1');
    const other = await newContext(server, 'bash', { sandbox_id: 'new' });

    const result = await server.call('kill_sandbox');
    const after = await server.run({ language: 'python' }, "'x' in globals()");
    const later = await server.run({ language: 'python' }, '2');

    const { killed } = result.structuredContent as { killed: { sandbox_id: string }[] };
    expect(killed.map(({ sandbox_id }) => sandbox_id).sort()).toEqual(
      [before.sandbox_id, other.sandbox_id].sort(),
    );
    expect(after).toMatchObject({ result: 'False', execution_count: 1 });
    expect(after.notes).toEqual([
      `fresh context: the variables of the earlier python context are lost (sandbox ${before.sandbox_id} killed with kill_sandbox)`,
    ]);
    expect(after.sandbox_id).not.toBe(before.sandbox_id);
    expect(later.notes).toEqual([]);
  });

  test('ends a cell that runs in the sandbox', async () => {
    await using server = await startServer();
    const { context_id, sandbox_id } = await newContext(server, 'python');
    const running = server.call('run_code', {
      context_id,
      code: "open('/workspace/on', 'w')\nwhile True: pass",
    });
    const watcher = await newTarget(server, 'bash');
    await server.run(watcher, 'until [[ -e /workspace/on ]]; do sleep 0.01; done');

    await server.call('kill_sandbox', { sandbox_id });

    const result = await running;
    const output = executionOutput.parse(result.structuredContent);
    const { execution_id, duration_ms } = output;
    expect(result.isError).toBe(true);
    expect(output).toEqual({
      ...{ execution_id, context_id, sandbox_id, language: 'python', execution_count: 1, duration_ms },
      ...{
        status: 'kernel_died',
        state: 'lost',
        result: null,
        stdout: '',
        stderr: '',
        displays: [],
        blocked: [],
      },
      error: {
        name: 'KernelDied',
        message: 'the python kernel was killed by the server',
        ...{ traceback: '', line: null, column: null },
      },
      truncated: null,
      notes: ['its sandbox was killed: the context is gone'],
    });
    expect(textOf(result)).toContain(
      'All variables of this context are lost, and the context itself is gone.',
    );
    expect(textOf(result)).not.toContain('fresh kernel');
  });

  test('of a session without sandboxes kills nothing', async () => {
    await using server = await startServer();

    const result = await server.call('kill_sandbox');

    expect(result).toMatchObject({ structuredContent: { killed: [] } });
    expect(await list(server)).toEqual([]);
  });
});

describe('limits', () => {
  test('refuse one sandbox more than the session may have, and name those there are', async () => {
    await using server = await startServer(['--max-sandboxes-per-session', '1']);
    const { sandbox_id } = await newContext(server, 'bash');

    const refused = await server.call('create_context', { language: 'bash', sandbox_id: 'new' });
    await server.call('kill_sandbox');
    const { sandbox_id: next } = await newContext(server, 'bash', { sandbox_id: 'new' });

    expect(textOf(refused)).toMatch(/^SANDBOX_LIMIT_REACHED: This session has 1 sandboxes/);
    expect(textOf(refused)).toContain(sandbox_id);
    expect(textOf(refused)).toContain('kill_sandbox');
    expect(next).not.toBe(sandbox_id);
  });

  test('refuse one context more than a sandbox may have', async () => {
    await using server = await startServer(['--max-contexts-per-sandbox', '2']);
    await newContext(server, 'bash');
    await newContext(server, 'bash');

    const refused = await server.call('create_context', { language: 'bash' });

    expect(textOf(refused)).toMatch(/^CONTEXT_LIMIT_REACHED: Sandbox sb_\S+ has 2 contexts/);
    expect(await newContext(server, 'bash', { sandbox_id: 'new' })).toHaveProperty('context_id');
  });

  test('refuse one sandbox more than the server may have, in the session too', async () => {
    await using server = await startServer(['--max-sandboxes', '1']);
    await newContext(server, 'bash');

    const refused = await server.call('create_context', { language: 'bash', sandbox_id: 'new' });

    expect(textOf(refused)).toMatch(/^SERVER_LIMIT_REACHED: All 1 sandboxes of this server are in use/);
    expect(await list(server)).toHaveLength(1);
  });

  test('are not passed by calls at the same time', async () => {
    await using server = await startServer([
      '--max-sandboxes-per-session',
      '2',
      '--max-contexts-per-sandbox',
      '3',
    ]);

    const create = (sandbox_id: string): Promise<CallToolResult> =>
      server.call('create_context', { language: 'bash', sandbox_id });

    const made = await Promise.all(Array.from({ length: 4 }, () => create('new')));
    const sandbox_id = (await list(server))[0]?.sandbox_id ?? '';
    const besides = await Promise.all(Array.from({ length: 4 }, () => create(sandbox_id)));

    expect(refusals(made)).toEqual(['SANDBOX_LIMIT_REACHED', 'SANDBOX_LIMIT_REACHED']);
    expect(refusals(besides)).toEqual(['CONTEXT_LIMIT_REACHED', 'CONTEXT_LIMIT_REACHED']);
    expect((await list(server)).map(({ contexts }) => contexts.length)).toEqual([3, 1]);
  });
});

describe('idle sandboxes', () => {
  test('expire, and their ids say so', async () => {
    await using server = await startServer(['--idle-minutes', '0.01']);
    const { context_id, sandbox_id } = await newContext(server, 'bash');
    await server.run({ context_id }, 'x=1; sleep 976433 &');

    await until('the sandbox is gone', () => !sandboxFolders(server).includes('sb1'));
    expect(commands(server)).not.toContain('sleep 976433');

    const run = await server.call('run_code', { context_id, code: 'echo $x' });
    const create = await server.call('create_context', { language: 'bash', sandbox_id });
    expect(textOf(run)).toMatch(
      /^SANDBOX_EXPIRED: .*expired after 0\.01 minutes idle; its state is lost\nhint: /,
    );
    expect(textOf(create)).toMatch(/^SANDBOX_EXPIRED: /);
    expect(await list(server)).toEqual([]);
    expect(await server.run({ language: 'bash' }, 'echo "[$x]"')).toMatchObject({
      status: 'ok',
      stdout: '[]\n',
    });
  });

  test('do not expire under a running cell', async () => {
    await using server = await startServer(['--idle-minutes', '0.01']);
    const target = await newTarget(server, 'python');
    await server.run(target, 'x = 1');

    const long = await server.run(target, 'while True:\n    pass', { timeout_ms: 1500 });

    expect(long).toMatchObject({ status: 'timeout', state: 'kept' });
    await expectStep(server, target, { code: 'x', result: '1' });
  });
});

describe('the spare sandbox', () => {
  test('shows in no list and is not killed with the others', async () => {
    await using server = await startServer();
    const { sandbox_id } = await newContext(server, 'bash');
    await until('a spare stands by', () => sandboxFolders(server).length === 2);

    const listed = await list(server);
    const killed = await server.call('kill_sandbox');

    expect(listed.map((sandbox) => sandbox.sandbox_id)).toEqual([sandbox_id]);
    expect(killed.structuredContent).toMatchObject({ killed: [{ sandbox_id }] });
    expect(sandboxFolders(server)).toEqual(['sb2']);
    const taken = await newContext(server, 'python', { sandbox_id: 'new' });
    await server.call('kill_sandbox', { sandbox_id: taken.sandbox_id });
    expect(sandboxFolders(server)).not.toContain('sb2');
  });
});

/** On the host, named in the order in which the sandboxes were made; that of the spare is among them. */
function sandboxFolders(server: TestServer): string[] {
  return readdirSync(foldersOf(server.pid)[0] ?? '').filter((name) => /^sb\d+$/.test(name));
}

/** The codes of the calls that were refused. */
function refusals(results: readonly CallToolResult[]): string[] {
  return results.filter(({ isError }) => isError).map((result) => textOf(result).split(':')[0] ?? '');
}

function commands(server: TestServer): string[] {
  return descendantsOf(server.pid).map(({ command }) => command);
}
