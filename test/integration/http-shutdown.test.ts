import { describe, expect, test } from 'vitest';
import { startCell, until } from '../helpers/cells.ts';
import { initialize, messagesOf, openRawSession, send } from '../helpers/http-requests.ts';
import { startHttpServer } from '../helpers/http-server.ts';
import { cgroupsOf, descendantsOf, foldersOf, living } from '../helpers/processes.ts';
import { textOf } from '../helpers/server.ts';

const ENDLESS = "print('ready', flush=True)\nwhile True: pass";
/** Interrupts do not end it, and its kernel is killed in the end. */
const STUBBORN = `import time
print('ready', flush=True)
while True:
    try:
        time.sleep(1)
    except BaseException:
        pass`;

describe.each(['SIGTERM', 'SIGINT'] as const)('a server that gets %s', (signal) => {
  test('interrupts what runs, answers it, and leaves nothing behind', async () => {
    const server = await startHttpServer();
    const clients = await Promise.all([server.connect(), server.connect({ transport: 'sse' })]);
    const cells = clients.map((client) => startCell(client, { language: 'python' }, ENDLESS));
    await Promise.all(cells.map(({ ready }) => ready));
    const processes = descendantsOf(server.pid);

    server.child.kill(signal);

    const outputs = await Promise.all(cells.map(({ output }) => output));
    // Code 0: it was done with everything before its own deadline of 5 s.
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(outputs).toMatchObject([{ status: 'interrupted' }, { status: 'interrupted' }]);
    expect(living(processes)).toEqual([]);
    expect(foldersOf(server.pid)).toEqual([]);
    expect(cgroupsOf(server.pid)).toEqual([]);
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a server that stops', () => {
  test('lets a call end that soon ends by itself', async () => {
    const server = await startHttpServer();
    const client = await server.connect();
    const code = "import time\nprint('ready', flush=True)\ntime.sleep(1)\n'done'";
    const cell = startCell(client, { language: 'python' }, code);
    await cell.ready;

    server.child.kill('SIGTERM');

    expect(await cell.output).toMatchObject({ status: 'ok', result: "'done'" });
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  test('takes no new sessions and calls, and says when to come again', async () => {
    const server = await startHttpServer();
    const session = await openRawSession(server.url);
    const running = session.call(1, 'run_code', { language: 'python', code: ENDLESS });
    await until('the cell runs', async () => {
      const list = await session.call(2, 'list_contexts', {});
      return list.body.includes('"status":"busy"');
    });

    server.child.kill('SIGTERM');
    await until('it stops', async () => (await send(`${server.url}/readyz`)).status === 503);

    const answers = await Promise.all([
      initialize(server.url),
      send(`${server.url}/sse`),
      session.post({ id: 3, method: 'ping' }),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        ...{
          status: 503,
          headers: { 'retry-after': '10' },
          error: { message: 'The server is being stopped' },
        },
      });
    }
    expect(await send(`${server.url}/healthz`)).toMatchObject({ status: 200 });
    expect(messagesOf(await running).at(-1)).toMatchObject({
      ...{ id: 1, result: { structuredContent: { status: 'interrupted' } } },
    });
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  test('answers also for a cell that no interrupt ends', async () => {
    const server = await startHttpServer();
    const client = await server.connect();
    const stubborn = startCell(client, { language: 'python' }, STUBBORN);
    await stubborn.ready;

    server.child.kill('SIGTERM');

    await expect(stubborn.output).rejects.toThrow('The session has ended before this call did');
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  test('answers a call that waits for a sandbox', async () => {
    const server = await startHttpServer(['--max-sandboxes', '1']);
    const [holder, second] = await Promise.all([server.connect(), server.connect()]);
    await holder.run({ language: 'bash' }, 'x=1');
    const waiting = second.call('run_code', { language: 'bash', code: 'true' });
    await second.client.ping();

    server.child.kill('SIGTERM');

    expect(textOf(await waiting)).toBe(
      'SERVER_STOPPING: The server is being stopped\nhint: Its sandboxes and their state are lost. Connect again later.',
    );
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  test('ends also where a client neither reads nor goes', async () => {
    const server = await startHttpServer();
    const session = await openRawSession(server.url);
    const headers = { ...session.headers, Accept: 'text/event-stream' };
    const stream = await fetch(session.url, { headers });

    server.child.kill('SIGTERM');

    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(stream.status).toBe(200);
  });

  test('while nobody is there ends at once, and stdin is nothing to it', async () => {
    const server = await startHttpServer(); // its stdin is at its end from the start
    expect(await send(`${server.url}/healthz`)).toMatchObject({ status: 200 });

    server.child.kill('SIGTERM');

    expect(await server.exited).toEqual({ code: 0, signal: null });
  });
});
