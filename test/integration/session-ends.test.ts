import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { openAttacker } from '../helpers/attacks.ts';
import { newContext, startCell, until } from '../helpers/cells.ts';
import { HeldPython } from '../helpers/held-python.ts';
import { descendantsOf, foldersOf, living } from '../helpers/processes.ts';
import { RawServer } from '../helpers/raw-server.ts';
import { startServer, textOf, type TestServer } from '../helpers/server.ts';

const ENDLESS = "print('ready', flush=True)\nwhile True: pass";
/** Takes no notice of interrupts. */
const STUBBORN = `print('ready', flush=True)
while True:
    try:
        while True: pass
    except BaseException: pass`;

/** What the server waits for to know that a Python kernel has ended. */
const OUTERMOST = /^nsenter .*\/guests\/python/;

async function sandboxIds(server: TestServer): Promise<string[]> {
  const { structuredContent } = await server.call('list_contexts');
  // the output schema of list_contexts
  return (structuredContent as { sandboxes: { sandbox_id: string }[] }).sandboxes.map((s) => s.sandbox_id);
}

/**
 * A process that SIGKILL does not end is not to be had. To the server it is the same where it does not hear of the end:
 * of a traced process' end its tracer hears first.
 */
const TRACER = `import ctypes, sys
trace = ctypes.CDLL(None).ptrace
trace.argtypes = [ctypes.c_long] * 4
sys.exit(1) if any(trace(0x4206, int(pid), 0, 0) for pid in sys.argv[1:]) else print('traced', flush=True)
sys.stdin.read()`;

/** Keeps the ends of the Python kernels that a server has from it, until it is disposed. */
async function holdEnds(pid: number): Promise<Disposable> {
  const pids = descendantsOf(pid).flatMap((found) =>
    found.parent === pid && OUTERMOST.test(found.command) ? [String(found.pid)] : [],
  );
  expect(pids).not.toEqual([]);
  const tracer = spawn('python3', ['-c', TRACER, ...pids], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = (await once(tracer.stdout, 'data')) as unknown[];
  expect(String(said)).toContain('traced');
  return { [Symbol.dispose]: () => tracer.stdin.end() };
}

/** Only root may trace what it has not started. */
const canTrace = process.getuid?.() === 0;

function logged(server: TestServer): Record<string, unknown>[] {
  return server
    .stderr()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>); // each line is an object of pino's
}

describe('a lost default context', () => {
  test('is not claimed where another context of its language went', async () => {
    await using server = await startServer();
    await server.run({ language: 'python' }, 'x = 1');
    const { context_id, sandbox_id } = await newContext(server, 'python', { sandbox_id: 'new' });
    await server.run({ context_id }, 'y = 2');

    await server.call('kill_sandbox', { sandbox_id });

    const output = await server.run({ language: 'python' }, 'x');
    expect(output).toMatchObject({ result: '1', state: 'kept', execution_count: 2, notes: [] });
  });

  test('is told of by the next call where the first one was cancelled', async () => {
    await using server = await startServer();
    const { sandbox_id } = await server.run({ language: 'python' }, 'x = 1');
    await server.call('kill_sandbox');
    const cancelled = startCell(server, { language: 'python' }, ENDLESS);
    await cancelled.ready;

    cancelled.cancel();

    const notes = [
      `fresh context: the variables of the earlier python context are lost (sandbox ${sandbox_id} killed with kill_sandbox)`,
    ];
    expect(await server.run({ language: 'python' }, '1')).toMatchObject({ result: '1', notes });
    expect(await server.run({ language: 'python' }, '2')).toMatchObject({ result: '2', notes: [] });
  });
});

describe('create_context in a new sandbox', () => {
  test.each([
    ['of an unknown version', { version: '1.2' }, /^RUNTIME_NOT_FOUND: /],
    ['in a folder that cannot be made', { cwd: '/usr/new' }, /^INVALID_ARGUMENT: /],
  ])('%s leaves no sandbox behind', async (_name, args, message) => {
    await using server = await startServer(['--max-sandboxes', '1']);

    const refused = await server.call('create_context', { language: 'bash', sandbox_id: 'new', ...args });

    expect(textOf(refused)).toMatch(message);
    expect(await sandboxIds(server)).toEqual([]);
    expect(await newContext(server, 'bash')).toHaveProperty('context_id');
  });

  test('leaves no sandbox behind where it is cancelled while the kernel starts', async () => {
    using python = new HeldPython();
    await using server = await startServer(['--max-sandboxes', '1'], python.env);
    const controller = new AbortController();
    const args = { language: 'python', sandbox_id: 'new' };
    python.hold();
    const creating = server.call('create_context', args, { signal: controller.signal });
    creating.catch(() => undefined);
    await python.waiting(server.pid, 1);
    expect(await sandboxIds(server)).toHaveLength(1);

    controller.abort(new Error('cancelled by the test'));

    await until('the sandbox is gone', async () => (await sandboxIds(server)).length === 0);
    python.letGo(); // the spare, which the next one gets
    expect(await newContext(server, 'bash')).toHaveProperty('context_id');
  });

  test('gives its place back where it is cancelled while the spare warms up, and the spare stays', async () => {
    using python = new HeldPython();
    await using server = await startServer(['--max-sandboxes-per-session', '2'], python.env);
    python.hold();
    await newContext(server, 'bash');
    await python.waiting(server.pid, 2); // those of the default sandbox and of the spare
    const controller = new AbortController();
    const args = { language: 'bash', sandbox_id: 'new' };
    const creating = server.call('create_context', args, { signal: controller.signal });
    creating.catch(() => undefined);
    expect(textOf(await server.call('create_context', args))).toMatch(/^SANDBOX_LIMIT_REACHED/);

    controller.abort(new Error('cancelled by the test'));

    expect(await sandboxIds(server)).toHaveLength(1); // the server has read of it when it answers this
    const next = server.call('create_context', args);
    python.letGo();
    expect(await next).toMatchObject({ structuredContent: { language: 'bash' } });
    expect(await sandboxIds(server)).toHaveLength(2);
  });

  test('says that its sandbox was killed while the kernel started, and logs no bug', async () => {
    using python = new HeldPython();
    await using server = await startServer([], python.env);
    python.hold();
    const creating = server.call('create_context', { language: 'python', sandbox_id: 'new' });
    await python.waiting(server.pid, 1);
    const [sandboxId = ''] = await sandboxIds(server);

    const killed = await server.call('kill_sandbox', { sandbox_id: sandboxId });

    expect(killed.structuredContent).toEqual({ killed: [{ sandbox_id: sandboxId, contexts_lost: [] }] });
    expect(textOf(await creating)).toMatch(/^SANDBOX_NOT_FOUND: .*\nhint: /);
    expect(logged(server).filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('names its folder without the dots', async () => {
    await using server = await startServer();

    const result = await server.call('create_context', { language: 'bash', cwd: './a/../b//c/' });

    const { context_id = '' } = result.structuredContent as Record<string, string>;
    expect(result.structuredContent).toMatchObject({ cwd: '/workspace/b/c' });
    expect(await server.run({ context_id }, 'pwd')).toMatchObject({ stdout: '/workspace/b/c\n' });
  });
});

describe('kill_sandbox', () => {
  test('of one sandbox does not wait for the default one to start', async () => {
    using python = new HeldPython();
    await using server = await startServer([], python.env);
    python.hold();
    const { sandbox_id, context_id } = await newContext(server, 'bash', { sandbox_id: 'new' });
    await python.waiting(server.pid, 2); // the second one is that of the spare
    const started = server.run({ language: 'bash' }, 'echo started');

    const killed = await server.call('kill_sandbox', { sandbox_id });

    expect(killed.structuredContent).toEqual({ killed: [{ sandbox_id, contexts_lost: [context_id] }] });
    expect(await sandboxIds(server)).toEqual([]);
    python.letGo();
    expect(await started).toMatchObject({ stdout: 'started\n' });
  });
});

describe.skipIf(!canTrace)('a kernel that hangs in the system after it was killed', () => {
  test('ends its cell, and the next run has another', async () => {
    await using server = await startServer();
    const cell = startCell(server, { language: 'python' }, STUBBORN, { timeout_ms: 200 });
    await cell.ready;
    using _hold = await holdEnds(server.pid);

    const output = await cell.output;

    expect(output).toMatchObject({ status: 'timeout', state: 'lost', error: null });
    expect(await server.run({ language: 'python' }, '6 * 7')).toMatchObject({
      ...{ status: 'ok', result: '42', context_id: output.context_id },
      notes: [
        'fresh kernel: the variables of execution 1 are lost (the last one was killed, but its process does not end)',
      ],
    });
  });

  test('does not keep kill_sandbox, which says so and logs it', async () => {
    await using server = await startServer();
    const { context_id, sandbox_id } = await newContext(server, 'python');
    using _hold = await holdEnds(server.pid);

    const killed = await server.call('kill_sandbox', { sandbox_id });

    const message = `the python kernel of context ${context_id} was killed and did not end within 10000 ms`;
    expect(textOf(killed)).toContain(`INTERNAL: ${message}\nhint: `);
    expect(logged(server)).toContainEqual(
      expect.objectContaining({
        ...{ level: 'warn', msg: 'a call could not be carried out', tool: 'kill_sandbox' },
        error: expect.objectContaining({ code: 'INTERNAL', message }) as unknown,
      }),
    );
    expect(await sandboxIds(server)).toEqual([]);
    expect(await server.run({ language: 'bash' }, 'echo alive')).toMatchObject({ stdout: 'alive\n' });
  });
});

test('a time limit that passes while the last output of an ended cell is awaited makes it no timeout', async () => {
  await using server = await startServer();
  const attacker = await openAttacker(server);

  // Its end marks never come: they are waited for longer than the limit.
  const output = await attacker.run(
    `forge({'type': 'done', 'id': cell().id, 'names': [], 'notes': []})\nsignal.pause()`,
    { timeout_ms: 800 },
  );

  expect(output).toMatchObject({ status: 'ok', state: 'kept', error: null });
  expect(output.duration_ms).toBeGreaterThan(800);
});

test('a kernel that fails to start is logged with code and message', async () => {
  using python = new HeldPython();
  await using server = await startServer([], python.env);
  python.hold();
  const creating = server.call('create_context', { language: 'python', sandbox_id: 'new' });
  const [guest] = await python.waiting(server.pid, 1);

  process.kill(guest?.pid ?? 0, 'SIGKILL');

  expect(textOf(await creating)).toMatch(/^INTERNAL: the python kernel /);
  const message = expect.stringMatching(/^the python kernel /) as unknown;
  expect(logged(server)).toContainEqual(
    expect.objectContaining({
      ...{ level: 'warn', msg: 'a call could not be carried out', tool: 'create_context' },
      error: expect.objectContaining({ code: 'INTERNAL', message }) as unknown,
    }),
  );
});

test('a host that cannot isolate is logged with code and message', async () => {
  const asRoot = process.getuid?.() === 0 ? ['--cap-add', 'ALL'] : [];
  const withoutBwrap = ['--dev-bind', '/', '/', ...asRoot, '--bind', '/dev/null', '/usr/bin/bwrap', '--'];
  await using server = await startServer([], {}, ['bwrap', ...withoutBwrap]);

  const result = await server.call('run_code', { language: 'bash', code: 'echo $((6 * 7))' });

  expect(textOf(result)).toMatch(/^ISOLATION_UNAVAILABLE: /);
  const message = expect.stringContaining('bwrap') as unknown;
  expect(logged(server)).toContainEqual(
    expect.objectContaining({
      ...{ level: 'warn', msg: 'a call could not be carried out', tool: 'run_code' },
      error: expect.objectContaining({ code: 'ISOLATION_UNAVAILABLE', message }) as unknown,
    }),
  );
  expect(server.stderr()).not.toContain('6 * 7');
});

test('a server ends well while a new sandbox waits for the spare, which warms up', async () => {
  using python = new HeldPython();
  await using server = new RawServer([], python.env);
  await server.initialize();
  python.hold();
  await server.run('bash', 'true');
  await python.waiting(server.pid, 2);
  const create = { name: 'create_context', arguments: { language: 'bash', sandbox_id: 'new' } };
  void server.request('tools/call', create);
  await server.request('tools/list'); // has arrived behind it
  const processes = descendantsOf(server.pid);

  server.child.stdin.end();

  // Code 0: it was done with everything before its own deadline of 5 s.
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(living(processes)).toEqual([]);
  expect(foldersOf(server.pid)).toEqual([]);
});
