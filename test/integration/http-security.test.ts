import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialize, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { sendRaw } from '../helpers/raw-http.ts';

const ALICE = 'alice-0123456789abcdef';

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
    expect(await sendRaw(server.url, 'GET /healthz HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await sendRaw(server.url, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 403 /);
    const empty = 'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n';
    expect(await sendRaw(server.url, empty)).toMatch(/^HTTP\/1.1 403 /);
  });

  test('counts where the request names another host in its line', async () => {
    const answer = await sendRaw(
      server.url,
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
