import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startCell, until } from '../helpers/cells.ts';
import { initialize, messagesOf, openRawSession, send } from '../helpers/http-requests.ts';
import { startHttpServer } from '../helpers/http-server.ts';
import { descendantsOf } from '../helpers/processes.ts';

const ENDLESS = "print('ready', flush=True)\nwhile True: pass";

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
