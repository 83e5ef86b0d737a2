import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { until } from '../helpers/cells.ts';
import { cgroupsOf, descendantsOf, foldersOf, type FoundProcess, living } from '../helpers/processes.ts';
import { RawServer } from '../helpers/raw-server.ts';

/** Starts processes that try to stay, and tells when they run. */
const DAEMONS = `import os, subprocess
subprocess.Popen(['setsid', 'sleep', '987654'], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import signal
        for number in (1, 2, 15):
            signal.signal(number, signal.SIG_IGN)
        os.execvp('sleep', ['sleep', '987655'])
    os._exit(0)
'started'`;

/** A server in the middle of things: two sandboxes, daemons, a cell that never ends. */
async function busyServer(): Promise<{ server: RawServer; processes: FoundProcess[] }> {
  const server = new RawServer();
  await server.initialize();
  await server.run('python', DAEMONS);
  await server.request('tools/call', {
    name: 'create_context',
    arguments: { language: 'bash', sandbox_id: 'new' },
  });
  void server.run('javascript', "require('fs').writeFileSync('/workspace/busy', ''); for (;;);");
  await server.run('python', "while not os.path.exists('/workspace/busy'):\n    pass");
  await until('the daemons run', () => {
    const commands = descendantsOf(server.pid).map(({ command }) => command);
    return commands.includes('sleep 987654') && commands.includes('sleep 987655');
  });
  const processes = descendantsOf(server.pid);
  expect(processes.length).toBeGreaterThan(6);
  expect(foldersOf(server.pid)).toHaveLength(1);
  return { server, processes };
}

describe('a server that is told to end', () => {
  test.each<{ how: string; end: (server: RawServer) => void }>([
    { how: 'the end of stdin', end: ({ child }) => child.stdin.end() },
    { how: 'SIGTERM', end: ({ child }) => child.kill('SIGTERM') },
    { how: 'SIGINT', end: ({ child }) => child.kill('SIGINT') },
    { how: 'SIGHUP', end: ({ child }) => child.kill('SIGHUP') },
  ])('by $how ends well and leaves no process, folder or control group', async ({ end }) => {
    const { server, processes } = await busyServer();

    end(server);

    // Code 0: it was done with everything before its own deadline of 5 s.
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(living(processes)).toEqual([]);
    expect(foldersOf(server.pid)).toEqual([]);
    expect(cgroupsOf(server.pid)).toEqual([]);
  });

  test('by SIGTERM twice still ends well', async () => {
    const { server, processes } = await busyServer();

    server.child.kill('SIGTERM');
    server.child.kill('SIGTERM');

    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(living(processes)).toEqual([]);
  });

  test('ends also where nobody reads its answers any more', async () => {
    const { server, processes } = await busyServer();

    server.child.stdout.removeAllListeners();
    (server.child.stdout as unknown as { destroy: () => void }).destroy();
    void server.run('bash', 'echo nobody hears this');

    expect(await server.exited).toMatchObject({ signal: null });
    expect(living(processes)).toEqual([]);
    expect(foldersOf(server.pid)).toEqual([]);
  });

  test('ends before its first call', async () => {
    await using server = new RawServer();
    await server.initialize();

    server.child.stdin.end();

    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  test('ends while its first sandbox starts', async () => {
    await using server = new RawServer();
    await server.initialize();
    void server.run('python', '1');

    await until('a process has started', () => descendantsOf(server.pid).length > 0);
    const processes = descendantsOf(server.pid);
    server.child.stdin.end();

    expect(await server.exited).toMatchObject({ code: 0 });
    await until('nothing is left', () => living(processes).length === 0);
    expect(foldersOf(server.pid)).toEqual([]);
    expect(cgroupsOf(server.pid)).toEqual([]);
  });
});

describe('a server that is killed', () => {
  test('leaves no process behind, and the next one removes its folder and control groups', async () => {
    const { server, processes } = await busyServer();

    server.child.kill('SIGKILL');
    await server.exited;

    await until('every process of it has ended', () => living(processes).length === 0);
    await using next = new RawServer();
    await next.initialize();
    await next.run('bash', 'echo sweep');
    expect(foldersOf(server.pid)).toEqual([]);
    await until('its control groups are gone', () => cgroupsOf(server.pid).length === 0);
  });

  test.each([1, 2, 3, 4, 5])(
    'while it begins to listen in a sandbox leaves no process behind (%i)',
    async () => {
      const server = new RawServer();
      await server.initialize();
      let listening: FoundProcess[] = [];
      void server.run('python', '1');
      await until('the sandbox is listened in', () => {
        listening = descendantsOf(server.pid).filter(({ command }) => command.includes('listen.cjs'));
        return listening.length > 0;
      });

      server.child.kill('SIGKILL');
      await server.exited;

      await until('nobody listens any more', () => living(listening).length === 0);
    },
  );

  test('does not lose its folder to another server while it lives', async () => {
    await using server = new RawServer();
    await server.initialize();
    await server.run('bash', 'x=5');

    await using other = new RawServer();
    await other.initialize();
    await other.run('bash', 'echo started');

    expect(foldersOf(server.pid)).toHaveLength(1);
    expect(await server.run('bash', 'echo $x')).toMatchObject({
      result: { structuredContent: { stdout: '5\n', status: 'ok' } },
    });
  });
});

describe('stdio', () => {
  test('starts no sandbox before the first call that needs one', async () => {
    await using server = new RawServer();
    await server.initialize();

    await server.request('tools/list');
    await server.request('resources/templates/list');
    await server.request('tools/call', { name: 'list_contexts', arguments: {} });
    await server.request('tools/call', { name: 'kill_sandbox', arguments: {} });
    await server.request('tools/call', { name: 'run_code', arguments: { context_id: 'none', code: '1' } });

    const commands = descendantsOf(server.pid).map(({ command }) => command);
    expect(commands.filter((command) => /\b(bwrap|nsenter)\b/.test(command))).toEqual([]);
    expect(foldersOf(server.pid).flatMap((folder) => readdirSync(folder))).not.toContainEqual(
      expect.stringMatching(/^sb_/),
    );
  });

  test('carries JSON-RPC alone on stdout', async () => {
    await using server = new RawServer(['--log-level', 'debug']);
    await server.initialize();

    await server.run('python', "import os\nos.system('echo to stdout')\nprint('x' * 100)");
    await server.run('python', 'import os\nos._exit(1)');
    await server.run('bash', 'echo to the right place');
    await server.request('no/such/method');

    const messages = server.lines.map((line) => JSON.parse(line) as { jsonrpc: string });
    expect(messages.length).toBeGreaterThanOrEqual(5);
    expect(messages.filter(({ jsonrpc }) => jsonrpc !== '2.0')).toEqual([]);
  });

  test('survives lines that are no messages', async () => {
    await using server = new RawServer();
    await server.initialize();

    server.child.stdin.write('garbage\n{}\n[]\nnull\n"text"\n{"jsonrpc":"2.0"}\n\n\u0000\n');

    expect(await server.request('tools/list')).toHaveProperty('result.tools');
  });

  test('knows an unknown method as such', async () => {
    await using server = new RawServer();
    await server.initialize();

    expect(await server.request('no/such/method')).toMatchObject({ error: { code: -32601 } });
  });
});
