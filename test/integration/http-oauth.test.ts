import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Logger } from '../../src/logger.ts';
import { accessTokens } from '../../src/transports/http/oauth/access-tokens.ts';
import { ProtectedResource } from '../../src/transports/http/oauth/protected-resource.ts';
import { initialize, openRawSession, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { type Answer, publicJwk, signingKey, TestIssuer } from '../helpers/issuer.ts';

const BOB = 'bob-0123456789abcdef';

let issuer: TestIssuer;
let server: HttpTestServer;
let audience: string;

beforeAll(async () => {
  issuer = await TestIssuer.start();
  server = await startHttpServer(
    ['--oauth-issuer', issuer.url, '--oauth-scopes', 'sandcell:run', '--log-level', 'debug'],
    { SANDCELL_AUTH_TOKENS: `bob:${BOB}` },
  );
  audience = `${server.url}/mcp`;
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const SCOPE = { scope: 'openid sandcell:run' };

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

describe('a client without a token', () => {
  test('is led to the metadata, which names the authorization server and the scopes', async () => {
    for (const [path, resource] of [
      ['/mcp', '/mcp'],
      ['/sse', '/sse'],
      ['/messages', '/sse'],
    ] as const) {
      const metadataUrl = `${server.url}/.well-known/oauth-protected-resource${resource}`;
      expect(await send(`${server.url}${path}`)).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': `Bearer scope="sandcell:run", resource_metadata="${metadataUrl}"` },
        error: { message: 'A bearer token is required' },
      });

      const metadata = await send(metadataUrl);

      expect(metadata.status).toBe(200);
      expect(JSON.parse(metadata.body)).toEqual({
        resource: `${server.url}${resource}`,
        authorization_servers: [issuer.url],
        scopes_supported: ['sandcell:run'],
        bearer_methods_supported: ['header'],
        resource_name: 'Sandcell',
      });
    }
  });

  test.each(['streamable', 'sse'] as const)(
    'finds the authorization server, gets a token for this server and is served: %s',
    async (transport) => {
      const authProvider = new ClientCredentialsProvider({
        ...{ clientId: 'a client', clientSecret: 'its secret', expectedIssuer: issuer.url },
        scope: 'sandcell:run',
      });

      await using client = await server.connect({ transport, authProvider });

      expect(await client.run({ language: 'bash' }, 'echo ran')).toMatchObject({ stdout: 'ran\n' });
      expect(issuer.requests).toContain('/token');
    },
  );

  test('that knows no path finds the metadata of /mcp', async () => {
    const { body } = await send(`${server.url}/.well-known/oauth-protected-resource`);

    expect(JSON.parse(body)).toMatchObject({ resource: audience });
  });

  test('of a foreign page sees no metadata', async () => {
    const path = '/.well-known/oauth-protected-resource';
    for (const headers of [{ Host: 'evil.example' }, { Origin: 'https://evil.example' }])
      expect(await send(`${server.url}${path}`, { headers })).toMatchObject({ status: 403 });
    expect(await send(`${server.url}${path}`, { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await send(`${server.url}${path}/nowhere`)).toMatchObject({ status: 401 });
  });
});

describe('an access token', () => {
  test('of an RSA key or of an elliptic curve runs code, by both transports', async () => {
    for (const key of issuer.keys) {
      for (const transport of ['streamable', 'sse'] as const) {
        const token = await issuer.token(audience, { claims: SCOPE, key });
        await using client = await server.connect({ transport, token });
        expect(await client.client.ping()).toEqual({});
      }
    }
    await using client = await server.connect({ token: await issuer.token(audience, { claims: SCOPE }) });
    expect(await client.run({ language: 'bash' }, 'echo ran')).toMatchObject({ stdout: 'ran\n' });
  });

  test('may be for one of several audiences, and for /sse', async () => {
    for (const aud of [['https://other.example', audience], `${server.url}/sse`]) {
      const token = await issuer.token('', { claims: { ...SCOPE, aud } });
      expect(await initialize(server.url, bearer(token))).toMatchObject({ status: 200 });
    }
  });

  test.each([{ scp: ['sandcell:run', 'other'] }, { scp: 'sandcell:run' }])(
    'has its scopes in %j, too',
    async (claims) => {
      const token = await issuer.token(audience, { claims });
      expect(await initialize(server.url, bearer(token))).toMatchObject({ status: 200 });
    },
  );

  test.each([{}, { scope: '' }, { scope: 'sandcell:runs sandcell' }, { scp: { 'sandcell:run': true } }])(
    'without the scope, as %j, is told which one it lacks',
    async (claims) => {
      const answer = await initialize(server.url, bearer(await issuer.token(audience, { claims })));

      expect(answer).toMatchObject({
        status: 403,
        headers: {
          'www-authenticate': `Bearer error="insufficient_scope", scope="sandcell:run", resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`,
        },
        error: { message: 'The access token lacks the scope sandcell:run' },
      });
    },
  );

  const nowS = Math.floor(Date.now() / 1000);
  test.each([
    ['has expired', { exp: nowS - 60 }, '"exp" claim timestamp check failed'],
    ['never expires', { exp: undefined }, 'missing required "exp" claim'],
    ['is not valid yet', { nbf: nowS + 600 }, '"nbf" claim timestamp check failed'],
    ['is for another server', { aud: 'https://other.example/mcp' }, 'unexpected "aud" claim value'],
    ['is for no server', { aud: undefined }, 'missing required "aud" claim'],
    ['is of another issuer', { iss: 'https://evil.example' }, 'it is of another issuer'],
    ['is of no issuer', { iss: undefined }, 'it is of another issuer'],
    ['is of no subject', { sub: undefined }, 'missing required "sub" claim'],
    ['is of an empty subject', { sub: '' }, 'its subject is no text'],
    ['is bound to a key of its client', { cnf: { jkt: 'x' } }, 'it is bound to a key of its client'],
  ])('that %s is refused', async (_what, claims, reason) => {
    await expectRefusal(await issuer.token(audience, { claims: { ...SCOPE, ...claims } as never }), reason);
  });

  test('of another key is refused, whatever key it says it is of', async () => {
    const foreign = await signingKey('RS256');
    const known = { ...foreign, id: issuer.keys[0]?.id ?? '' };

    await expectRefusal(
      await issuer.token(audience, { claims: SCOPE, key: known }),
      'signature verification failed',
    );
    await expectRefusal(
      await issuer.token(audience, { claims: SCOPE, key: foreign }),
      'no applicable key found in the JSON Web Key Set',
    );
  });

  test('that brings its own key, or says where to fetch one, is refused', async () => {
    const foreign = await signingKey('RS256');
    const header = { jwk: await publicJwk(foreign), jku: `${issuer.url}/evil`, kid: issuer.keys[0]?.id };

    await expectRefusal(
      await issuer.token(audience, { claims: SCOPE, key: foreign, header }),
      'signature verification failed',
    );
    expect(issuer.requests).not.toContain('/evil');
  });

  test('that nobody signed is refused', async () => {
    const claims = { iss: issuer.url, aud: audience, sub: 'alice', exp: nowS + 300, ...SCOPE };
    const unsigned = new UnsecuredJWT(claims).encode();
    const [header = '', payload = '', signature = ''] = (
      await issuer.token(audience, { claims: SCOPE })
    ).split('.');
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url');

    await expectRefusal(unsigned);
    await expectRefusal(`${unsigned}x`);
    await expectRefusal(`${header}.${payload}.`);
    await expectRefusal(`${header}.${forged}.${signature}`, 'signature verification failed');
    for (const alg of ['none', 'None', 'NONE']) {
      const none = Buffer.from(JSON.stringify({ alg })).toString('base64url');
      await expectRefusal(`${none}.${payload}.${signature}`);
    }
  });

  test('signed with the public key as a shared secret is refused', async () => {
    const [key] = issuer.keys;
    if (!key) throw new Error('no key');
    const pem = await exportSPKI(key.pair.publicKey);
    const jwk = await publicJwk(key);
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), jwk.n ?? '']) {
      const confused = await new SignJWT({ ...SCOPE, sub: 'root', iss: issuer.url, aud: audience })
        .setProtectedHeader({ alg: 'HS256', kid: key.id })
        .setExpirationTime('5m')
        .sign(new TextEncoder().encode(secret));
      await expectRefusal(confused, '"alg" (Algorithm) Header Parameter value not allowed');
    }
  });

  test('of another kind, such as the notice of a logout, is refused', async () => {
    const header = { typ: 'logout+jwt' };

    await expectRefusal(
      await issuer.token(audience, { claims: SCOPE, header }),
      'its type is not that of an access token',
    );
    for (const typ of [undefined, 'JWT', 'application/at+jwt']) {
      const token = await issuer.token(audience, { claims: SCOPE, header: { typ } });
      expect(await initialize(server.url, bearer(token))).toMatchObject({ status: 200 });
    }
  });

  test('with an extension that is not known is refused', async () => {
    const token = await issuer.token(audience, { claims: SCOPE });
    const [, payload, signature] = token.split('.');
    const critical = { alg: 'RS256', kid: issuer.keys[0]?.id, crit: ['exp'], exp: 1 };
    const header = Buffer.from(JSON.stringify(critical)).toString('base64url');

    await expectRefusal(`${header}.${payload}.${signature}`);
  });

  test('that is huge is refused', async () => {
    const large = await issuer.token(audience, { claims: { ...SCOPE, padding: 'x'.repeat(6200) } });
    const huge = await issuer.token(audience, { claims: { ...SCOPE, padding: 'x'.repeat(16_000) } });

    expect(large.length).toBeGreaterThan(8192);
    await expectRefusal(large);
    expect(await initialize(server.url, bearer(huge))).toMatchObject({ status: 431 });
  });

  test('that is no JWT costs the issuer nothing', async () => {
    const before = issuer.requests.length;
    for (const token of ['a.b.c', '..', 'e30.e30.e30', '====', `${'a'.repeat(4000)}.e30.e30`])
      expect(await initialize(server.url, bearer(token))).toMatchObject({ status: 401 });
    expect(issuer.requests).toHaveLength(before);
  });

  test('is never logged', async () => {
    const good = await issuer.token(audience, { claims: SCOPE });
    const bad = await issuer.token(audience, { claims: { ...SCOPE, exp: 1 } });
    for (const token of [good, bad]) await initialize(server.url, bearer(token));

    const log = JSON.stringify([server.log, server.said]);
    for (const token of [good, bad])
      for (const part of token.split('.').slice(1)) expect(log).not.toContain(part);
  });
});

/** 401, and the reason in the log, for the person who runs the server. */
async function expectRefusal(token: string, reason?: string): Promise<void> {
  const before = server.log.length;
  const answer = await initialize(server.url, bearer(token));
  expect(answer).toMatchObject({
    status: 401,
    headers: {
      'www-authenticate': `Bearer error="invalid_token", scope="sandcell:run", resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`,
    },
    error: { message: 'The bearer token is not valid' },
  });
  if (reason === undefined) return;
  await vi.waitFor(() => {
    const refusals = server.log.slice(before).filter(({ msg }) => msg === 'an access token was refused');
    expect(refusals.map((line) => String(line['reason'])).join()).toContain(reason);
  });
}

describe('sessions', () => {
  test('belong to the subject and its client: to all others they are unknown', async () => {
    const token = (claims: object): Promise<string> =>
      issuer.token(audience, { claims: { ...SCOPE, ...claims } });
    const session = await openRawSession(server.url, bearer(await token({ sub: 'carol' })));
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const others = [
      await token({ sub: 'dave' }),
      await token({ sub: 'carol', client_id: 'another' }),
      await token({ sub: 'carol', client_id: undefined }),
      await token({ sub: 'carol" "app', client_id: undefined }),
      BOB,
    ];

    for (const other of others) {
      const headers = { ...session.headers, ...bearer(other) };
      expect(await send(session.url, { method: 'POST', headers, body })).toMatchObject({
        status: 404,
        error: { code: -32_001, message: 'Session not found' },
      });
    }

    const renewed = { ...session.headers, ...bearer(await token({ sub: 'carol', jti: 'renewed' })) };
    expect(await send(session.url, { method: 'POST', headers: renewed, body })).toMatchObject({
      status: 200,
    });
  });

  test('are those of static tokens beside them', async () => {
    await using client = await server.connect({ token: BOB });

    expect(await client.client.ping()).toEqual({});
    expect(server.log).toContainEqual(
      expect.objectContaining({ msg: 'listening', authentication: 'tokens and oauth' }),
    );
  });

  test('are logged with their subject', async () => {
    await using _client = await server.connect({
      token: await issuer.token(audience, { claims: { ...SCOPE, sub: 'erin' } }),
    });

    await vi.waitFor(() => {
      expect(server.log).toContainEqual(
        expect.objectContaining({ msg: 'a session has begun', owner: `${issuer.url} "erin" "app"` }),
      );
    });
  });
});

describe('the settings', () => {
  test('name what clients reach the server by, and the audience', async () => {
    const args = ['--oauth-issuer', issuer.url, '--public-url', 'https://sandcell.example.com'];
    await using own = await startHttpServer(args);
    const host = { Host: 'sandcell.example.com' };
    const token = await issuer.token('https://sandcell.example.com/mcp');

    const answer = await initialize(own.url, host);

    expect(answer.headers['www-authenticate']).toBe(
      'Bearer resource_metadata="https://sandcell.example.com/.well-known/oauth-protected-resource/mcp"',
    );
    expect(await initialize(own.url, { ...host, ...bearer(token) })).toMatchObject({ status: 200 });
    expect(
      await initialize(own.url, { ...host, ...bearer(await issuer.token(`${own.url}/mcp`)) }),
    ).toMatchObject({ status: 401 });
  });

  test('may have an audience that is no URL, and the place of the keys', async () => {
    const args = ['--oauth-jwks-url', `${issuer.url}/keys`, '--oauth-audience', 'api:sandcell'];
    await using own = await startHttpServer(['--oauth-issuer', 'https://login.example.com', ...args]);
    const token = await issuer.token('api:sandcell', { claims: { iss: 'https://login.example.com' } });

    expect(await initialize(own.url, bearer(token))).toMatchObject({ status: 200 });
    expect(await initialize(own.url, bearer(await issuer.token('api:sandcell')))).toMatchObject({
      status: 401,
    });
  });

  test('of OAuth are enough for an address that others can reach', async () => {
    const args = ['--host', '0.0.0.0', '--oauth-issuer', issuer.url];

    await expect(startHttpServer(args)).rejects.toThrow(
      'sandcell: oauth_issuer is set and host is 0.0.0.0, which is no address of a URL: set public_url',
    );
    await using own = await startHttpServer([...args, '--public-url', 'https://sandcell.example.com']);
    expect(await initialize(own.url.replace('0.0.0.0', '127.0.0.1'))).toMatchObject({ status: 401 });
  });

  test.each([
    [['--oauth-issuer', 'http://login.example.com'], 'allowed is https, and http on loopback alone'],
    [
      ['--oauth-issuer', 'https://login.example.com', '--oauth-jwks-url', 'http://10.0.0.1/keys'],
      'oauth_jwks_url is http://10.0.0.1/keys: allowed is https',
    ],
    [['--oauth-scopes', 'a'], 'oauth_issuer is not set: the other oauth settings need it'],
    [['--oauth-issuer', 'login.example.com'], 'allowed is the URL of an authorization server'],
    [['--public-url', 'https://a.example/path'], 'allowed is an origin without a path'],
  ])('%j stop the start', async (args, message) => {
    await expect(startHttpServer(args)).rejects.toThrow(message);
  });
});

/** In this process, where the clock can be moved: the pauses between fetches are half a minute and more. */
describe('the keys', () => {
  const log: { level: string; message: string }[] = [];
  const logger: Logger = {
    error: (message) => void log.push({ level: 'error', message }),
    warn: (message) => void log.push({ level: 'warn', message }),
    info: (message) => void log.push({ level: 'info', message }),
    debug: () => undefined,
    child: () => logger,
  };

  const AUDIENCE = 'http://127.0.0.1/mcp';
  function authenticator(own: TestIssuer, jwksUrl?: string): (token: string) => Promise<string> {
    log.length = 0;
    const settings = { issuer: own.url, jwksUrl, audience: undefined, scopes: [] };
    const authenticate = accessTokens(new ProtectedResource(settings, 'http://127.0.0.1'), logger);
    return async (token) => {
      const request = new IncomingMessage(new Socket());
      request.headers.authorization = `Bearer ${token}`;
      return await authenticate(request).then(
        (principal) => (principal ? 'accepted' : 'refused'),
        (error: unknown) => (error as { status: number }).status.toString(),
      );
    };
  }

  function wait(ms: number): void {
    vi.setSystemTime(Date.now() + ms);
  }

  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterAll(() => {
    vi.useRealTimers();
  });
  afterEach(() => {
    vi.setSystemTime(vi.getRealSystemTime());
  });

  test('are fetched once for many tokens', async () => {
    await using own = await TestIssuer.start();
    const check = authenticator(own);
    const token = await own.token(AUDIENCE);

    const answers = await Promise.all(Array.from({ length: 20 }, () => check(token)));

    expect(new Set(answers)).toEqual(new Set(['accepted']));
    expect(own.requests).toEqual(['/.well-known/oauth-authorization-server', '/keys']);
  });

  test('are fetched again for a key id that is new, twice a minute at most', async () => {
    await using own = await TestIssuer.start();
    const check = authenticator(own);
    const old = await own.token(AUDIENCE);
    expect(await check(old)).toBe('accepted');
    own.keys = [await signingKey('ES256')];
    const fresh = await own.token(AUDIENCE);

    expect(await check(fresh)).toBe('refused');
    wait(31_000);
    expect(await check(await own.token(AUDIENCE))).toBe('accepted');

    expect(own.requests.filter((path) => path === '/keys')).toHaveLength(2);
    expect(await check(old)).toBe('refused');
    for (let i = 0; i < 20; i += 1)
      await check(await own.token(AUDIENCE, { header: { kid: `unknown-${i}` } }));
    expect(own.requests.filter((path) => path === '/keys')).toHaveLength(2);
  });

  test('that are taken back are gone after ten minutes', async () => {
    await using own = await TestIssuer.start();
    const check = authenticator(own);
    const [first] = own.keys;
    if (!first) throw new Error('no key');
    expect(await check(await own.token(AUDIENCE))).toBe('accepted');
    own.keys = own.keys.slice(1);

    wait(601_000);

    expect(await check(await own.token(AUDIENCE, { key: first }))).toBe('refused');
  });

  test('that are known go on where the issuer is gone; others get 503, and the log says why, once', async () => {
    const own = await TestIssuer.start();
    const check = authenticator(own);
    expect(await check(await own.token(AUDIENCE))).toBe('accepted');
    await own[Symbol.asyncDispose]();

    wait(31_000);
    const unknown = await own.token(AUDIENCE, { header: { kid: 'unknown' } });
    expect(await check(unknown)).toBe('503');
    expect(await check(await own.token(AUDIENCE))).toBe('accepted');
    wait(601_000);
    expect(await check(await own.token(AUDIENCE))).toBe('503');

    const message = 'the keys of the OAuth issuer cannot be fetched: access tokens get 503 without them';
    expect(log).toEqual([{ level: 'error', message }]);
  });

  test.each<[string, string, Answer | 'nothing']>([
    ['fails', '/keys', { status: 500, body: '{}' }],
    ['never answers', '/keys', 'nothing'],
    ['redirects', '/keys', { status: 302, body: '' }],
    ['sends no JSON', '/keys', { status: 200, body: '<html>' }],
    ['sends no keys', '/keys', { status: 200, body: '{"keys":"none"}' }],
    ['sends too much', '/keys', { status: 200, body: `{"keys":[],"x":"${'x'.repeat(600_000)}"}` }],
    [
      'is another one',
      '/.well-known/oauth-authorization-server',
      { status: 200, body: '{"issuer":"https://evil.example","jwks_uri":"https://evil.example/keys"}' },
    ],
  ])('of an issuer that %s are waited for 5 s, and then had', async (_what, path, answer) => {
    await using own = await TestIssuer.start();
    own.answers.set(path, answer);
    const check = authenticator(own);

    expect(await check(await own.token(AUDIENCE))).toBe('503');
    own.answers.clear();
    const before = own.requests.length;
    expect(await check(await own.token(AUDIENCE))).toBe('503');
    expect(own.requests).toHaveLength(before);
    wait(5100);
    expect(await check(await own.token(AUDIENCE))).toBe('accepted');

    expect(log.map(({ level }) => level)).toEqual(['error', 'info']);
  });

  test('may not be where there is no TLS', async () => {
    await using own = await TestIssuer.start();
    own.answers.set('/.well-known/oauth-authorization-server', {
      ...{ status: 200, body: JSON.stringify({ issuer: own.url, jwks_uri: 'http://10.0.0.1/keys' }) },
    });

    expect(await authenticator(own)(await own.token(AUDIENCE))).toBe('503');
  });

  test('are found by the metadata of OpenID Connect, too', async () => {
    await using own = await TestIssuer.start();
    own.answers.set('/.well-known/oauth-authorization-server', { status: 404, body: '' });
    own.answers.set('/.well-known/openid-configuration', {
      ...{ status: 200, body: JSON.stringify({ issuer: own.url, jwks_uri: `${own.url}/keys` }) },
    });

    expect(await authenticator(own)(await own.token(AUDIENCE))).toBe('accepted');
  });
});
