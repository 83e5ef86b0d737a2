import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialize, INITIALIZE, MCP_HEADERS, openRawSession, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { descendantsOf } from '../helpers/processes.ts';

const ALICE = 'alice-0123456789abcdef';
const BOB = 'bob~0123456789/abcdef+==';

let server: HttpTestServer;
let port: string;

beforeAll(async () => {
  const hosts = ['--allowed-hosts', 'sandcell.example.com'];
  server = await startHttpServer([...hosts, '--allowed-origins', 'https://app.example.com']);
  port = new URL(server.url).port;
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const ROUTES = ['/mcp', '/sse', '/messages', '/healthz', '/readyz', '/'] as const;

describe('the Host header', () => {
  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'evil.example#localhost',
    'localhost@evil.example',
    'evil.example:80:localhost',
    '0.0.0.0',
    '[::2]',
    '[0:0:0:0:0:0:0:1]',
    '2130706433',
    '[::ffff:10.0.0.1]',
    '10.0.0.1',
    '169.254.169.254',
    'localhost, evil.example',
    'sandcell.example.com.evil.example',
    ' ',
  ])('%j is refused on every route', async (host) => {
    for (const path of ROUTES) {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PUT']) {
        const answer = await send(`${server.url}${path}`, { method, headers: { Host: host } });
        expect(answer).toMatchObject({
          status: 403,
          error: { code: -32_000, message: 'This Host is not allowed (allowed_hosts)' },
        });
      }
    }
  });

  test.each([
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]:3917',
    'sandcell.example.com',
    'Sandcell.Example.Com:443',
  ])('%j is answered', async (host) => {
    expect(await send(`${server.url}/healthz`, { headers: { Host: host } })).toMatchObject({ status: 200 });
    expect(await initialize(server.url, { Host: host })).toMatchObject({ status: 200 });
  });

  test('is demanded', async () => {
    expect(await sendRaw('GET /healthz HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await sendRaw('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 403 /);
    const empty = 'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n';
    expect(await sendRaw(empty)).toMatch(/^HTTP\/1.1 403 /);
  });

  test('counts where the request names another host in its line', async () => {
    const answer = await sendRaw(
      'GET http://localhost/healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1.1 403 /);
  });
});

describe('the Origin header', () => {
  test.each([
    'null',
    'https://evil.example',
    'http://localhost.evil.example',
    'http://evil.example#http://localhost',
    'http://localhost@evil.example',
    'file://',
    'file://localhost',
    'chrome-extension://abcdef',
    'https://app.example.com.evil.example',
    'https://app.example.com:8443',
    'http://app.example.com',
    'localhost',
    'http://169.254.169.254',
    'http://',
  ])('%j is refused on every route', async (origin) => {
    for (const path of ROUTES) {
      const answer = await send(`${server.url}${path}`, { method: 'POST', headers: { Origin: origin } });
      expect(answer).toMatchObject({
        status: 403,
        error: { code: -32_000, message: 'This Origin is not allowed (allowed_origins)' },
      });
    }
  });

  test.each(['http://localhost:6274', 'http://127.0.0.1', 'http://[::1]:8080', 'https://app.example.com'])(
    '%j is answered',
    async (origin) => {
      expect(await initialize(server.url, { Origin: origin })).toMatchObject({ status: 200 });
    },
  );
});

describe('a page of another site that the settings name', () => {
  const origin = 'https://app.example.com';

  test('may ask and read, and its browser is told so before it sends a token', async () => {
    const preflight = { 'Access-Control-Request-Method': 'POST', Origin: origin };

    const asked = await send(`${server.url}/mcp`, { method: 'OPTIONS', headers: preflight });
    const answer = await initialize(server.url, { Origin: origin });

    expect(asked).toMatchObject({ status: 204, body: '' });
    expect(asked.headers['access-control-allow-headers']).toContain('Authorization');
    for (const { headers } of [asked, answer]) {
      expect(headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
      expect(headers['access-control-expose-headers']).toContain('Mcp-Session-Id');
    }
  });

  test.each(['http://localhost:8080', undefined])('is not %s', async (other) => {
    const answer = await initialize(server.url, other === undefined ? {} : { Origin: other });

    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('the address', () => {
  const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const external = others.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '';

  test('is that of this machine alone, unless told otherwise', async () => {
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    const error = await new Promise((resolve) => {
      connect(Number(port), external || '127.0.0.2').on('error', resolve);
    });
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test.each(['0.0.0.0', '::', '192.0.2.1'])('%s is refused without tokens', async (host) => {
    await expect(startHttpServer(['--host', host])).rejects.toThrow(
      `sandcell: host is ${host}, which other machines can reach, and there are no tokens: set auth_token_file, SANDCELL_AUTH_TOKENS or oauth_issuer, or take 127.0.0.1`,
    );
  });

  test.each(['localhost', '::1', '127.0.0.9'])('%s needs no tokens', async (host) => {
    await using own = await startHttpServer(['--host', host]);

    expect(await send(`${own.url}/healthz`)).toMatchObject({ status: 200 });
  });

  test.skipIf(external === '')('of the network is served with tokens, and is a Host of its own', async () => {
    await using own = await startHttpServer(['--host', '0.0.0.0'], {
      SANDCELL_AUTH_TOKENS: `alice:${ALICE}`,
    });
    const url = `http://${external}:${new URL(own.url).port}`;

    expect(await send(`${url}/healthz`)).toMatchObject({ status: 200 });
    expect(await initialize(url)).toMatchObject({ status: 401 });
    expect(await initialize(url, { Authorization: `Bearer ${ALICE}` })).toMatchObject({ status: 200 });
    expect(await send(`${url}/healthz`, { headers: { Host: 'evil.example' } })).toMatchObject({
      status: 403,
    });
  });

  test('that is in use stops the start', async () => {
    await expect(startHttpServer(['--port', port])).rejects.toThrow(
      `sandcell: port ${port} of 127.0.0.1 is in use: choose another port, or 0 for a free one`,
    );
  });

  test('that this machine does not have stops the start, and says so by its exit code', async () => {
    const failed = startHttpServer(['--host', '192.0.2.1'], { SANDCELL_AUTH_TOKENS: `alice:${ALICE}` });

    await expect(failed).rejects.toThrow('sandcell: host is 192.0.2.1: this machine has no such address');
  });
});

describe('tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandcell-tokens-'));
  const file = join(folder, 'tokens');
  let guarded: HttpTestServer;

  beforeAll(async () => {
    writeFileSync(file, `# who may come\n\nbob:${BOB}\n`, { mode: 0o600 });
    guarded = await startHttpServer(['--auth-token-file', file], { SANDCELL_AUTH_TOKENS: `alice:${ALICE}` });
  });

  afterAll(async () => {
    await guarded[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  test('are demanded on every route of the protocol, and not of health checks', async () => {
    for (const path of ['/mcp', '/sse', '/messages', '/', '/metrics']) {
      expect(await send(`${guarded.url}${path}`)).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        error: { message: 'A bearer token is required' },
      });
    }
    expect(await send(`${guarded.url}/healthz`)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await send(`${guarded.url}/readyz`)).toMatchObject({ status: 200, body: '{"status":"ready"}' });
  });

  test.each([
    'Bearer wrong-0123456789abcdef',
    `Bearer ${ALICE}x`,
    `Bearer ${ALICE.slice(0, -1)}`,
    `Bearer ${ALICE} ${ALICE}`,
    `Basic ${ALICE}`,
    'Bearer ',
    'Bearer alice',
    ALICE,
  ])('%j is refused', async (authorization) => {
    expect(await initialize(guarded.url, { Authorization: authorization })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      error: { message: 'The bearer token is not valid' },
    });
  });

  test('of both sources are taken, by both transports', async () => {
    for (const token of [ALICE, BOB]) {
      for (const transport of ['streamable', 'sse'] as const) {
        await using client = await guarded.connect({ transport, token });
        expect(await client.client.ping()).toEqual({});
      }
    }
  });

  test('own the sessions that they opened: to others these are unknown', async () => {
    const session = await openRawSession(guarded.url, { Authorization: `Bearer ${ALICE}` });
    const foreign = { ...session.headers, Authorization: `Bearer ${BOB}` };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const unknown = { status: 404, error: { code: -32_001, message: 'Session not found' } };

    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await send(session.url, {
        method,
        headers: foreign,
        ...(method === 'POST' && { body }),
      });
      expect(answer).toMatchObject(unknown);
    }

    expect(await session.post({ id: 1, method: 'ping' })).toMatchObject({ status: 200 });
  });

  test('own the sessions over SSE that they opened', async () => {
    const stop = new AbortController();
    const { body } = await fetch(`${guarded.url}/sse`, {
      ...{ headers: { Authorization: `Bearer ${ALICE}` }, signal: stop.signal },
    });
    const first = await body?.getReader().read();
    const [path = ''] = /\/messages\S+/.exec(Buffer.from(first?.value ?? []).toString('utf8')) ?? [];
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const post = (token: string): ReturnType<typeof send> =>
      send(`${guarded.url}${path}`, {
        ...{ method: 'POST', body: ping, headers: { ...MCP_HEADERS, Authorization: `Bearer ${token}` } },
      });

    expect(await post(BOB)).toMatchObject({ status: 404, error: { code: -32_001 } });
    expect(await post(ALICE)).toMatchObject({ status: 202 });
    stop.abort();
  });

  test('are never logged', async () => {
    await initialize(guarded.url, { Authorization: 'Bearer wrong-0123456789abcdef' });

    const log = JSON.stringify([guarded.log, guarded.said]);
    for (const secret of [ALICE, BOB, 'wrong-0123456789abcdef']) expect(log).not.toContain(secret);
    expect(log).toContain('"owner":"alice"');
  });

  test('are in the environment of no process of a sandbox', async () => {
    await using client = await guarded.connect({ token: ALICE });

    const { stdout } = await client.run({ language: 'bash' }, "cat /proc/*/environ | tr '\\0' '\\n'");

    expect(stdout).toContain('HOME=/home/user');
    const environments = descendantsOf(guarded.pid).map(({ pid }) => environmentOf(pid));
    expect(environments.length).toBeGreaterThan(1);
    for (const text of [stdout, ...environments]) expect(text).not.toContain(ALICE);
  });

  test.each([
    ['short', 'alice:short', 'line 1 is not NAME:TOKEN'],
    ['without a name', '0123456789abcdef', 'line 1 is not NAME:TOKEN'],
    ['of one name twice', `a:${ALICE}\na:${BOB}`, 'line 2 has the name a, as another one'],
    ['twice', `a:${ALICE}\nb:${ALICE}`, 'line 2 has the token of another one'],
    ['missing', '# nothing\n', 'it has no token'],
  ])('that are %s stop the start, and are not repeated', async (_what, content, message) => {
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, content);

    const said = await startHttpServer(['--auth-token-file', wrong]).then(
      () => 'started',
      (error: unknown) => String(error),
    );

    expect(said).toContain('sandcell: auth_token_file');
    expect(said).toContain(message);
    expect(said).not.toMatch(/:short|0123456789abcdef/);
  });

  test('in a file that is not there stop the start', async () => {
    await expect(startHttpServer(['--auth-token-file', join(folder, 'none')])).rejects.toThrow(
      'it cannot be read, ENOENT',
    );
  });

  test('in a file that everybody can read are warned of', async () => {
    const open = join(folder, 'open');
    writeFileSync(open, `carol:${ALICE}\n`, { mode: 0o644 });
    await using own = await startHttpServer(['--auth-token-file', open]);

    expect(own.log).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        msg: 'every user of this machine can read the file of tokens',
      }),
    );
  });

  test('that are tried too often make their address wait, while a good one passes', async () => {
    await using own = await startHttpServer([], { SANDCELL_AUTH_TOKENS: `alice:${ALICE}` });
    const tries = Array.from({ length: 61 }, (_, i) =>
      initialize(own.url, { Authorization: `Bearer wrong-0123456789abcdef-${i}` }),
    );

    const answers = await Promise.all(tries);

    expect(answers.filter(({ status }) => status === 401)).toHaveLength(60);
    const [refused] = answers.filter(({ status }) => status === 429);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(await initialize(own.url, { Authorization: `Bearer ${ALICE}` })).toMatchObject({ status: 200 });
  });
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

  test('over 4 MB is refused before it is read', async () => {
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

    const answer = await sendRaw(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${flood}\r\n`);

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

    const answer = await sendRaw(begin, new URL(own.url).port);

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(await send(`${own.url}/healthz`)).toMatchObject({ status: 200 });
  });

  test('is no HTTP at all', async () => {
    expect(await sendRaw('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });

  test('does not end the server', async () => {
    const sockets = Array.from({ length: 50 }, () => rawSocket());
    for (const socket of sockets)
      socket.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n{');
    for (const socket of sockets) socket.resetAndDestroy();

    expect(await send(`${server.url}/healthz`)).toMatchObject({ status: 200 });
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

function rawSocket(to = port): Socket {
  return connect(Number(to), '127.0.0.1').on('error', () => undefined);
}

/** Writes text, and resolves with all that comes until the connection is closed. */
async function sendRaw(text: string, to = port): Promise<string> {
  const socket = rawSocket(to);
  socket.write(text, 'latin1');
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // ended meanwhile, or that of another user
  }
}
