import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INITIALIZE, MCP_HEADERS, openRawSession, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { rawSocket, sendRaw } from '../helpers/raw-http.ts';

let server: HttpTestServer;

beforeAll(async () => {
  server = await startHttpServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('what is no good request', () => {
  const post = (body: string, headers: Record<string, string> = MCP_HEADERS): ReturnType<typeof send> =>
    send(`${server.url}/mcp`, { method: 'POST', headers, body });

  test('is answered with JSON that has no stack', async () => {
    const session = await openRawSession(server.url);
    const answers = await Promise.all([
      post('{bad'),
      post('null'),
      post('"text"'),
      post('[]'),
      post('{}'),
      post(INITIALIZE, { ...MCP_HEADERS, 'Content-Type': 'text/plain' }),
      post(INITIALIZE, { ...MCP_HEADERS, 'Content-Type': 'application/json; charset=iso-8859-1' }),
      post(INITIALIZE, { ...MCP_HEADERS, 'Content-Encoding': 'gzip' }),
      post(INITIALIZE, { ...MCP_HEADERS, Accept: 'application/json' }),
      send(`${server.url}/mcp`, { headers: { ...session.headers, Accept: 'application/json' } }),
      session.post({ id: 1, method: 'ping' }, { 'MCP-Protocol-Version': '1999-01-01' }),
      send(`${server.url}/mcp`, { method: 'PUT', headers: session.headers }),
      send(`${server.url}/sse`, { method: 'POST' }),
      send(`${server.url}/messages`),
      send(`${server.url}/%E0%A4%A`),
      send(`${server.url}/nowhere`),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([
      ...[400, 400, 400, 400, 400, 415, 415, 400, 406, 406, 400, 405, 405, 405, 404, 404],
    ]);
    for (const { body, headers } of answers) {
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(JSON.parse(body)).toMatchObject({ jsonrpc: '2.0', id: null });
      expect(body).not.toMatch(/node_modules|\.js|at \w|express/);
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  test('over 4 MB is refused', async () => {
    const large = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'ping',
      params: { text: 'x'.repeat(4_200_000) },
    });

    expect(await post(large)).toMatchObject({
      status: 413,
      error: { message: 'The body is over the limit of 4 MB' },
    });
    const session = await openRawSession(server.url);
    const cell = { language: 'bash', code: `: ${'x'.repeat(900_000)}` };
    expect(await session.call(1, 'run_code', cell)).toMatchObject({ status: 200 });
  });

  test('has too many headers', async () => {
    const flood = Array.from({ length: 2000 }, (_, i) => `X-Flood-${i}: ${'x'.repeat(20)}\r\n`).join('');

    const answer = await sendRaw(server.url, `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${flood}\r\n`);

    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('"message":"The headers are over the limit of 16 KiB"');
  });

  test.each([
    ['headers', 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    [
      'body',
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{',
    ],
  ])('sends its %s too slowly, and is cut off', async (_part, begin) => {
    await using own = await startHttpServer(['--request-timeout-ms', '500']);

    const answer = await sendRaw(own.url, begin);

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(await send(`${own.url}/healthz`)).toMatchObject({ status: 200 });
  });

  test('is no HTTP at all', async () => {
    expect(await sendRaw(server.url, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 /,
    );
  });

  test('does not end the server', async () => {
    const sockets = Array.from({ length: 50 }, () => rawSocket(server.url));
    for (const socket of sockets)
      socket.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n{');
    for (const socket of sockets) socket.resetAndDestroy();

    expect(await send(`${server.url}/healthz`)).toMatchObject({ status: 200 });
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
