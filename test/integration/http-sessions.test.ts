import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newContext, startCell, until } from '../helpers/cells.ts';
import { initialize, MCP_HEADERS, messagesOf, openRawSession, send } from '../helpers/http-requests.ts';
import { type HttpClient, type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { descendantsOf } from '../helpers/processes.ts';
import { textOf } from '../helpers/server.ts';

const ENDLESS = "print('ready', flush=True)\nwhile True: pass";

const NOT_FOUND = { status: 404, error: { code: -32_001, message: 'Session not found' } };

let server: HttpTestServer;

beforeAll(async () => {
  server = await startHttpServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.each(['streamable', 'sse'] as const)('a client over %s', (transport) => {
  test('has every tool, and state that lives on between its calls', async () => {
    await using client = await server.connect({ transport });

    const { tools } = await client.client.listTools();
    await client.run({ language: 'python' }, 'x = 41');
    const output = await client.run({ language: 'python' }, 'x + 1');

    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['create_context', 'run_code']));
    expect(output).toMatchObject({ status: 'ok', state: 'kept', result: '42', execution_count: 2 });
  });

  test('gets the output of a running cell as progress, and can cancel it', async () => {
    await using client = await server.connect({ transport });
    await client.run({ language: 'python' }, 'x = 5');
    const cell = startCell(client, { language: 'python' }, ENDLESS);
    await cell.ready;

    cell.cancel();

    await expect(cell.output).rejects.toThrow('cancelled by the test');
    expect(await client.run({ language: 'python' }, 'x')).toMatchObject({ status: 'ok', result: '5' });
  });

  test('sees and kills nothing of another one at the same time', async () => {
    await using one = await server.connect({ transport });
    await using other = await server.connect({ transport });
    const theirs = await newContext(other, 'python');
    const mine = await newContext(one, 'python');
    await other.run({ context_id: theirs.context_id }, "secret = 'theirs'");

    const run = await one.call('run_code', { context_id: theirs.context_id, code: 'secret' });
    const create = await one.call('create_context', { language: 'bash', sandbox_id: theirs.sandbox_id });
    const kill = await one.call('kill_sandbox', { sandbox_id: theirs.sandbox_id });
    const list = await one.call('list_contexts');
    const killAll = await one.call('kill_sandbox');

    expect(textOf(run)).toMatch(/^CONTEXT_NOT_FOUND: .* does not exist in this session/);
    expect(textOf(create)).toMatch(/^SANDBOX_NOT_FOUND: /);
    expect(textOf(kill)).toMatch(/^SANDBOX_NOT_FOUND: /);
    expect(JSON.stringify(list)).not.toContain(theirs.sandbox_id);
    expect(killAll.structuredContent).toEqual({
      killed: [{ sandbox_id: mine.sandbox_id, contexts_lost: [mine.context_id] }],
    });
    expect(await other.run({ context_id: theirs.context_id }, 'secret')).toMatchObject({
      result: "'theirs'",
    });
  });

  test('reads no output of another one', async () => {
    await using one = await server.connect({ transport });
    await using other = await server.connect({ transport });
    const { truncated } = await other.run({ language: 'python' }, "print('x' * 200_000)");
    const uri = truncated?.stdout_uri ?? '';

    expect(await other.client.readResource({ uri })).toHaveProperty('contents');
    await expect(one.client.readResource({ uri })).rejects.toThrow('EXECUTION_NOT_FOUND');
  });
});

test('clients of both transports run cells at the same time', async () => {
  const kinds = ['streamable', 'sse', 'streamable', 'sse'] as const;
  const clients: HttpClient[] = await Promise.all(kinds.map((transport) => server.connect({ transport })));
  await Promise.all(clients.map((client, i) => client.run({ language: 'bash' }, `x=${i}`)));

  const outputs = await Promise.all(clients.map((client) => client.run({ language: 'bash' }, 'echo $x')));

  expect(outputs.map(({ stdout }) => stdout)).toEqual(['0\n', '1\n', '2\n', '3\n']);
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
});

test('streams of both transports say every 15 s that they live', async () => {
  const session = await openRawSession(server.url);
  const stop = new AbortController();
  const { signal } = stop;
  const streams = await Promise.all([
    fetch(session.url, { headers: { ...session.headers, Accept: 'text/event-stream' }, signal }),
    fetch(`${server.url}/sse`, { signal }),
  ]);

  const texts = streams.map(async ({ body }) => {
    let text = '';
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      if (text.includes(': keepalive\n\n')) return text;
    }
    return text;
  });

  for (const text of await Promise.all(texts)) expect(text).toContain(': keepalive\n\n');
  stop.abort();
});

describe('a session', () => {
  test('that nobody knows is a 404, and none at all a 400', async () => {
    const id = { 'Mcp-Session-Id': '01234567-89ab-cdef-0123-456789abcdef' };
    const url = `${server.url}/mcp`;
    const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

    for (const method of ['GET', 'POST', 'DELETE']) {
      const body = method === 'POST' ? { body: list } : {};
      expect(await send(url, { method, headers: { ...MCP_HEADERS, ...id }, ...body })).toMatchObject(
        NOT_FOUND,
      );
      expect(await send(url, { method, headers: MCP_HEADERS, ...body })).toMatchObject({
        status: 400,
        error: { code: -32_000, message: 'Mcp-Session-Id header is required' },
      });
    }
    const messages = `${server.url}/messages?sessionId=01234567-89ab-cdef-0123-456789abcdef`;
    expect(await send(messages, { method: 'POST', headers: MCP_HEADERS, body: list })).toMatchObject(
      NOT_FOUND,
    );
    expect(
      await send(`${server.url}/messages`, { method: 'POST', headers: MCP_HEADERS, body: list }),
    ).toMatchObject({ status: 400 });
  });

  test('is not initialized twice', async () => {
    const session = await openRawSession(server.url);

    const again = await initialize(server.url, session.headers);

    expect(again).toMatchObject({ status: 400, error: { code: -32_600 } });
    expect(messagesOf(await session.post({ id: 1, method: 'ping' }))).toMatchObject([{ id: 1, result: {} }]);
  });

  test('of one transport is none of the other', async () => {
    const session = await openRawSession(server.url);
    const id = session.headers['Mcp-Session-Id'] ?? '';
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

    const answer = await send(`${server.url}/messages?sessionId=${id}`, {
      ...{ method: 'POST', headers: MCP_HEADERS, body },
    });

    expect(answer).toMatchObject(NOT_FOUND);
  });

  test('ends with DELETE, and its sandboxes with it', async () => {
    await using own = await startHttpServer();
    const session = await openRawSession(own.url);
    await session.call(1, 'run_code', { language: 'bash', code: 'sleep 976441 & echo $!' });
    const sleeps = (): boolean => descendantsOf(own.pid).some(({ command }) => command === 'sleep 976441');
    await until('the job runs', sleeps);

    expect(await session.end()).toMatchObject({ status: 200 });

    expect(sleeps()).toBe(false);
    expect(await session.post({ id: 2, method: 'ping' })).toMatchObject(NOT_FOUND);
    expect(await session.end()).toMatchObject(NOT_FOUND);
  });

  test('ends with DELETE while a call runs, which gets an answer', async () => {
    const session = await openRawSession(server.url);
    const made = messagesOf(await session.call(1, 'create_context', { language: 'python' }));
    const context_id = made[0]?.result?.structuredContent?.['context_id'];
    const running = session.call(2, 'run_code', { context_id, code: "open('on', 'w')\nwhile True: pass" });
    await session.call(3, 'run_code', { language: 'bash', code: 'until [[ -e on ]]; do sleep 0.01; done' });

    await session.end();

    const answer = messagesOf(await running).at(-1);
    expect(answer).toMatchObject({ id: 2, result: { isError: true } });
    expect(JSON.stringify(answer)).toContain('The session has ended before this call did');
  });

  test('over SSE ends with its stream, and its sandboxes with it', async () => {
    await using own = await startHttpServer();
    const client = await own.connect({ transport: 'sse' });
    await client.run({ language: 'bash' }, 'sleep 976442 &');
    const sleeps = (): boolean => descendantsOf(own.pid).some(({ command }) => command === 'sleep 976442');
    await until('the job runs', sleeps);

    await client.client.close();

    await until('it is gone', () => !sleeps());
    await until('it has ended', () => own.log.some(({ msg }) => msg === 'a session has ended'));
  });

  test('is not there where initialize was refused', async () => {
    await using own = await startHttpServer(['--max-sessions', '1']);
    for (const headers of [{ Accept: 'application/json' }, { Accept: '*/*' }]) {
      expect(await initialize(own.url, headers)).toMatchObject({ status: 406 });
    }
    const twice = { method: 'POST', headers: MCP_HEADERS, body: `[${INITIALIZE_TWICE}]` };
    expect(await send(`${own.url}/mcp`, twice)).toMatchObject({ status: 400 });

    expect(await initialize(own.url)).toMatchObject({ status: 200 });
  });

  test('is one too many where the server has its most, until another one ends', async () => {
    await using own = await startHttpServer(['--max-sessions', '100']);
    const sessions = await Promise.all(Array.from({ length: 100 }, () => openRawSession(own.url)));
    expect(new Set(sessions.map(({ headers }) => headers['Mcp-Session-Id'])).size).toBe(100);

    const refusedMcp = await initialize(own.url);
    const refusedSse = await send(`${own.url}/sse`);

    for (const refused of [refusedMcp, refusedSse]) {
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
      expect(refused.error?.message).toMatch(/^This server has 100 sessions, which is the limit/);
    }
    await sessions[0]?.end();
    expect(await initialize(own.url)).toMatchObject({ status: 200 });
  });
});

const INITIALIZE_TWICE = [1, 2]
  .map((id) =>
    JSON.stringify({
      ...{ jsonrpc: '2.0', id, method: 'initialize' },
      params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
    }),
  )
  .join();

describe('an idle session', () => {
  test('is ended, with its sandboxes, and its id is unknown then', async () => {
    await using own = await startHttpServer(['--idle-minutes', '0.02']);
    const session = await openRawSession(own.url);
    await session.call(1, 'run_code', { language: 'bash', code: 'sleep 976443 &' });

    await until('it has ended', () => own.log.some(({ why }) => why === 'idle'));

    expect(await session.post({ id: 2, method: 'ping' })).toMatchObject(NOT_FOUND);
    await until('its sandbox is gone', () =>
      descendantsOf(own.pid).every(({ command }) => command !== 'sleep 976443'),
    );
  });

  test('is none while a call runs, whether or not its client waits for it', async () => {
    await using own = await startHttpServer(['--idle-minutes', '0.03']);
    const session = await openRawSession(own.url);
    const sleeps = (): boolean => descendantsOf(own.pid).some(({ command }) => command === 'sleep 4.0976');
    const code = 'sleep 4.0976; echo slept';

    const eventId = await session.callAndDrop(1, 'run_code', { language: 'bash', code });

    await until('the call runs', sleeps);
    await until('the call has ended', () => !sleeps());
    expect(messagesOf(await session.resume(eventId))).toMatchObject([
      { id: 1, result: { structuredContent: { status: 'ok', stdout: 'slept\n' } } },
    ]);
    await until('it has ended', () => own.log.some(({ why }) => why === 'idle'));
    expect(await session.resume(eventId)).toMatchObject(NOT_FOUND);
  });

  test('is none while a stream is open', async () => {
    await using own = await startHttpServer(['--idle-minutes', '0.01']);
    const listener = await own.connect();
    await until('it has been asked for its stream', async () => {
      const { status } = await send(`${own.url}/mcp`, {
        headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': sessionId(listener) },
      });
      return status === 409;
    });
    const other = await openRawSession(own.url);

    await until('the other one has ended', () => own.log.some(({ why }) => why === 'idle'));

    expect(await other.post({ id: 1, method: 'ping' })).toMatchObject(NOT_FOUND);
    expect(await listener.client.ping()).toEqual({});
  });
});

test('a client comes back to its sandboxes by the id of its session, and finds a new server to know none', async () => {
  const first = await startHttpServer();
  const session = await openRawSession(first.url);
  await session.call(1, 'run_code', { language: 'python', code: 'x = 7' });

  const again = await session.call(2, 'run_code', { language: 'python', code: 'x' });

  expect(messagesOf(again).at(-1)).toMatchObject({ result: { structuredContent: { result: '7' } } });
  await first[Symbol.asyncDispose]();
  await using second = await startHttpServer();
  const headers = session.headers;
  const body = JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'ping' });
  expect(await send(`${second.url}/mcp`, { method: 'POST', headers, body })).toMatchObject(NOT_FOUND);
});

function sessionId({ transport }: HttpClient): string {
  return ('sessionId' in transport ? transport.sessionId : undefined) ?? '';
}
