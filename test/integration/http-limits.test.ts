import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { newContext, startCell, until } from '../helpers/cells.ts';
import { initialize, messagesOf, openRawSession, send } from '../helpers/http-requests.ts';
import { startHttpServer } from '../helpers/http-server.ts';
import { descendantsOf } from '../helpers/processes.ts';
import { textOf } from '../helpers/server.ts';

const ENDLESS = "print('ready', flush=True)\nwhile True: pass";

describe('sandboxes of the whole server', () => {
  test('come to a client that waits as soon as another one gives one back', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1']);
    const [first, second] = await Promise.all([server.connect(), server.connect({ transport: 'sse' })]);
    await first.run({ language: 'bash' }, 'x=1');

    const waiting = second.run({ language: 'bash' }, 'echo mine');
    await second.client.ping(); // answered: the call before it has been taken
    await first.call('kill_sandbox');

    expect(await waiting).toMatchObject({ status: 'ok', stdout: 'mine\n' });
  });

  test('are refused after queue_timeout_ms, with what to do', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1', '--queue-timeout-ms', '300']);
    const [first, second] = await Promise.all([server.connect(), server.connect()]);
    await first.run({ language: 'bash' }, 'x=1');

    const refused = await second.call('run_code', { language: 'bash', code: 'true' });

    expect(textOf(refused)).toBe(
      'SERVER_LIMIT_REACHED: All 1 sandboxes of this server are in use (max_sandboxes), and none came free in 300 ms\n' +
        'hint: Use a sandbox of this session that list_contexts shows, kill one you no longer need with kill_sandbox, or try again later.',
    );
    await first.client.close();
  });

  test('are refused at once to a session that has them all itself', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1']);
    const client = await server.connect();
    await client.run({ language: 'bash' }, 'x=1');

    const refused = await client.call('create_context', { language: 'bash', sandbox_id: 'new' });

    expect(textOf(refused)).toMatch(/^SERVER_LIMIT_REACHED: .* by this session\nhint: Kill a sandbox/);
  });

  test('go to each client in turn, however many one of them asks for', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1', '--max-sandboxes-per-session', '4']);
    const [holder, greedy, modest] = await Promise.all([
      server.connect(),
      server.connect(),
      server.connect(),
    ]);
    await newContext(holder, 'bash');
    const order: string[] = [];
    const ask = async (client: typeof holder, name: string): Promise<void> => {
      const { sandbox_id } = await newContext(client, 'bash', { sandbox_id: 'new' });
      order.push(name);
      await client.call('kill_sandbox', { sandbox_id });
    };
    const asked = [1, 2, 3].map((n) => ask(greedy, `greedy ${n}`));
    await greedy.client.ping();
    asked.push(ask(modest, 'modest'));
    await modest.client.ping();

    await holder.call('kill_sandbox');
    await Promise.all(asked);

    expect(order).toEqual(['greedy 1', 'modest', 'greedy 2', 'greedy 3']);
  });

  test('are not kept waiting for by a call that was cancelled', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1']);
    const [holder, second, third] = await Promise.all([server.connect(), server.connect(), server.connect()]);
    await holder.run({ language: 'bash' }, 'x=1');
    const controller = new AbortController();
    const cancelled = second.run({ language: 'bash' }, 'true', {}, { signal: controller.signal });
    cancelled.catch(() => undefined);
    await second.client.ping();

    controller.abort(new Error('cancelled by the test'));
    await second.client.ping();
    const waiting = third.run({ language: 'bash' }, 'echo third');
    await third.client.ping();
    await holder.call('kill_sandbox');

    expect(await waiting).toMatchObject({ stdout: 'third\n' });
  });

  test('are given up by the call of a client that goes while it waits', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1']);
    const [holder, gone, third] = await Promise.all([
      server.connect(),
      openRawSession(server.url),
      server.connect(),
    ]);
    await holder.run({ language: 'bash' }, 'x=1');
    const waiting = gone.call(1, 'run_code', { language: 'bash', code: 'true' });
    await gone.post({ id: 2, method: 'ping' });

    await gone.end();
    const next = third.run({ language: 'bash' }, 'echo third');
    await holder.call('kill_sandbox');

    expect(await next).toMatchObject({ stdout: 'third\n' });
    expect(messagesOf(await waiting).at(-1)).toMatchObject({ id: 1, result: { isError: true } });
  });

  test('leave a session its own limit', async () => {
    await using server = await startHttpServer(['--max-sandboxes-per-session', '2']);
    const client = await server.connect();
    const create = (): ReturnType<typeof client.call> =>
      client.call('create_context', { language: 'bash', sandbox_id: 'new' });

    const made = await Promise.all([create(), create(), create()]);

    expect(made.filter(({ isError }) => isError).map(textOf)).toEqual([
      expect.stringMatching(/^SANDBOX_LIMIT_REACHED: /),
    ]);
  });
});

test('sessions of one token are limited, so that it cannot take all there are', async () => {
  const tokens = ['alice-0123456789abcdef', 'bob-0123456789abcdef'] as const;
  await using server = await startHttpServer(['--max-sessions-per-principal', '2'], {
    SANDCELL_AUTH_TOKENS: `alice:${tokens[0]},bob:${tokens[1]}`,
  });
  const open = (token: string): ReturnType<typeof initialize> =>
    initialize(server.url, { Authorization: `Bearer ${token}` });
  await open(tokens[0]);
  await open(tokens[0]);

  expect(await open(tokens[0])).toMatchObject({
    status: 503,
    error: { message: 'This token has 2 sessions, which is the limit (max_sessions_per_principal)' },
  });
  expect(await open(tokens[1])).toMatchObject({ status: 200 });
});

describe('requests', () => {
  test('over the limit of a minute are refused, with the time to wait', async () => {
    await using server = await startHttpServer(['--max-requests-per-minute', '5']);
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(`${server.url}/mcp`)));

    const [refused] = answers.filter(({ status }) => status === 429);

    expect(answers.filter(({ status }) => status === 400)).toHaveLength(5);
    expect(refused?.error).toEqual({ code: -32_000, message: 'Over the limit of 5 requests in a minute' });
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(await send(`${server.url}/healthz`)).toMatchObject({ status: 200 });
  });

  test('are counted by token where there are tokens', async () => {
    const tokens = ['alice-0123456789abcdef', 'bob-0123456789abcdef'];
    await using server = await startHttpServer(['--max-requests-per-minute', '2'], {
      SANDCELL_AUTH_TOKENS: `alice:${tokens[0] ?? ''},bob:${tokens[1] ?? ''}`,
    });
    const ask = async (token = ''): Promise<number> =>
      (await send(`${server.url}/mcp`, { headers: { Authorization: `Bearer ${token}` } })).status;

    expect([await ask(tokens[0]), await ask(tokens[0]), await ask(tokens[0])]).toEqual([400, 400, 429]);
    expect(await ask(tokens[1])).toBe(400);
  });

  test('that are open at one time are limited, and free again when they end', async () => {
    await using server = await startHttpServer(['--max-open-requests', '2']);
    const session = await openRawSession(server.url);
    const stop = new AbortController();
    const headers = { ...session.headers, Accept: 'text/event-stream' };
    await fetch(session.url, { headers, signal: stop.signal });
    const cell = session.call(1, 'run_code', {
      language: 'bash',
      code: 'until [[ -e go ]]; do sleep 0.01; done',
    });
    await until('both are open', async () => (await send(`${server.url}/mcp`)).status === 429);

    const refused = await session.post({ id: 2, method: 'ping' });
    stop.abort();
    await until('one has ended', async () => (await send(`${server.url}/mcp`)).status === 400);

    expect(refused).toMatchObject({
      ...{ status: 429, headers: { 'retry-after': '1' } },
      error: { message: 'Over the limit of 2 open requests' },
    });
    await session.call(3, 'run_code', { language: 'python', code: "open('go', 'w').close()" });
    expect(messagesOf(await cell).at(-1)).toMatchObject({ result: { structuredContent: { status: 'ok' } } });
  });

  test('of one session are at most 128 calls that wait, though their connections be gone', async () => {
    await using server = await startHttpServer();
    const session = await openRawSession(server.url);
    const busy = { language: 'bash', code: 'until [[ -e go ]]; do sleep 0.01; done' };
    for (let id = 1; id <= 128; id += 1) await session.callAndDrop(id, 'run_code', busy);

    const refused = await session.call(129, 'run_code', busy);
    const twice = await session.call(1, 'run_code', busy);
    const cancel = await session.post({ method: 'notifications/cancelled', params: { requestId: 128 } });

    expect(refused).toMatchObject({
      ...{ status: 429, headers: { 'retry-after': '1' } },
      error: { message: 'Over the limit of 128 calls of a session at one time' },
    });
    expect(cancel.status).toBe(202);
    expect(twice.status).toBe(429);
    expect(await session.call(1, 'list_contexts', {})).toMatchObject({
      ...{ status: 400, error: { code: -32_600, message: 'A call with this id is still running' } },
    });
    expect(await session.call(130, 'list_contexts', {})).toMatchObject({ status: 200 });
    await session.end();
  });

  test('are one message each, since batches are no more', async () => {
    await using server = await startHttpServer();
    const session = await openRawSession(server.url);
    const batch = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
    const post = (version: string): ReturnType<typeof send> =>
      send(session.url, {
        ...{ method: 'POST', body: JSON.stringify(batch) },
        headers: { ...session.headers, 'MCP-Protocol-Version': version },
      });

    expect(await post('2025-11-25')).toMatchObject({ status: 400, error: { code: -32_600 } });
    expect(messagesOf(await post('2025-03-26')).map(({ id }) => id)).toEqual([1, 2]);
  });
});

test('clients that vanish in the middle of everything leave no session, sandbox or process behind', async () => {
  await using server = await startHttpServer(['--idle-minutes', '0.01']);
  const clients = await Promise.all(
    (['streamable', 'sse', 'streamable', 'sse'] as const).map((transport) => server.connect({ transport })),
  );
  const code = `import subprocess\nsubprocess.Popen(['sleep', '976451'])\n${ENDLESS}`;
  const cells = clients.map((client) =>
    startCell(client, { language: 'python' }, code, { timeout_ms: 1500 }),
  );
  await Promise.all(cells.map(({ ready }) => ready));
  const dropped = await openRawSession(server.url);
  await dropped.callAndDrop(1, 'run_code', { language: 'bash', code: 'true' });

  for (const client of clients) await client.client.close();

  await until('all sessions have ended', () => {
    return server.log.filter(({ msg }) => msg === 'a session has ended').length === 5;
  });
  await until('nothing of them runs', () => {
    return descendantsOf(server.pid).every(({ command }) => command !== 'sleep 976451');
  });
  expect(await initialize(server.url)).toMatchObject({ status: 200 });
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a request behind another one on its connection ends with it, and keeps no session alive', async () => {
  await using server = await startHttpServer(['--idle-minutes', '0.01']);
  const session = await openRawSession(server.url);
  const id = session.headers['Mcp-Session-Id'] ?? '';
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
  const stream = `Host: localhost\r\nAccept: text/event-stream\r\nMcp-Session-Id: ${id}\r\n\r\n`;
  const count = (msg: string): number => server.log.filter((line) => line.msg === msg).length;

  socket.write(`GET /mcp HTTP/1.1\r\n${stream}GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await until('both have begun', () => count('a session has begun') === 2);
  socket.destroy();

  await until('both have ended', () => count('a session has ended') === 2);
});
