import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialize, MCP_HEADERS, openRawSession, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { descendantsOf } from '../helpers/processes.ts';

const ALICE = 'alice-0123456789abcdef';
const BOB = 'bob~0123456789/abcdef+==';

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

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // ended meanwhile, or that of another user
  }
}
