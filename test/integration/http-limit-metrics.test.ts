import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { Limit } from '../../src/observer.ts';
import { initialize, MCP_HEADERS, openRawSession, type RawSession, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { languages } from '../helpers/languages.ts';
import { counted, scrape } from '../helpers/metrics.ts';
import { rawSocket, sendRaw } from '../helpers/raw-http.ts';

const PROMETHEUS = { Authorization: 'Bearer prometheus-0123456789' };
const ALICE = { Authorization: 'Bearer alice-0123456789abcdef' };
const TOKENS = { SANDCELL_AUTH_TOKENS: 'alice:alice-0123456789abcdef,prometheus:prometheus-0123456789' };

interface Row {
  args?: string[];
  /** Runs into it, once where nothing else is said. */
  reach: (server: HttpTestServer) => Promise<unknown>;
  times?: number;
}

/** Takes whatever it is sent. */
const sink = createServer((socket) => socket.on('error', () => undefined).resume())
  .listen(0, '127.0.0.1')
  .unref();
await once(sink, 'listening');
const address = sink.address();
const sinkPort = typeof address === 'object' ? String(address?.port) : '';

/** All limits that there are: the compiler misses one that is left out. */
const rows: Record<Limit, Row> = {
  max_sessions: { args: ['--max-sessions', '1'], reach: openTwoSessions },
  max_sessions_per_principal: {
    args: ['--max-sessions-per-principal', '1'],
    reach: openTwoSessions,
  },
  max_sandboxes: {
    args: ['--max-sandboxes', '1', '--queue-timeout-ms', '0'],
    reach: (server) => eachOf(server, 2, createContext),
  },
  max_sandboxes_per_principal: {
    args: ['--max-sandboxes-per-principal', '1'],
    reach: (server) => eachOf(server, 2, createContext),
  },
  max_sandboxes_per_session: {
    args: ['--max-sandboxes-per-session', '1'],
    reach: (server) => inOne(server, createContext, createContext),
  },
  max_contexts_per_sandbox: {
    args: ['--max-contexts-per-sandbox', '1'],
    reach: (server) =>
      inOne(server, runBash, (session) => session.call(2, 'create_context', { language: 'bash' })),
  },
  kernels: {
    args: ['--processes', '32'],
    reach: (server) => inOne(server, (session) => createUntilRefused(session)),
  },
  timeout_ms: {
    reach: (server) =>
      inOne(server, (session) =>
        session.call(1, 'run_code', { language: 'bash', code: 'sleep 60', timeout_ms: 1 }),
      ),
  },
  memory_mib: {
    args: ['--memory-mib', '128', '--workspace-mib', '1', '--tmp-mib', '1', '--shm-mib', '1'],
    reach: (server) =>
      inOne(server, (session) =>
        session.call(1, 'run_code', { language: 'python', code: languages[0]?.fillsMemory ?? '' }),
      ),
  },
  network_connections: {
    args: ['--network-connections', '1'],
    reach: (server) =>
      inOne(server, (session) => session.call(1, 'run_code', { language: 'bash', code: TWICE })),
  },
  network_mib: {
    args: [
      ...['--network-mib', '1', '--allow-private', `sink.test:${sinkPort}`],
      ...['--host-addresses', 'sink.test=127.0.0.1'],
    ],
    reach: (server) =>
      inOne(server, (session) => session.call(1, 'run_code', { language: 'bash', code: UPLOAD })),
  },
  max_requests_per_minute: {
    args: ['--max-requests-per-minute', '2'],
    reach: ({ url }) => Promise.all([1, 2, 3].map(() => send(`${url}/mcp`, { headers: ALICE }))),
  },
  max_open_requests: { args: ['--max-open-requests', '1'], reach: openTwoStreams },
  refused_tokens: {
    reach: ({ url }) => Promise.all(Array.from({ length: 62 }, () => send(`${url}/mcp`))),
    times: 2,
  },
  body_size: {
    reach: ({ url }) =>
      send(`${url}/mcp`, {
        ...{ method: 'POST', body: ' '.repeat(4_200_000) },
        headers: { ...ALICE, ...MCP_HEADERS },
      }),
  },
  header_size: {
    reach: ({ url }) => send(`${url}/mcp`, { headers: { 'X-Flood': 'x'.repeat(20_000) } }),
  },
  request_timeout_ms: {
    args: ['--request-timeout-ms', '300'],
    reach: ({ url }) =>
      Promise.all([
        sendRaw(url, 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: '),
        sendRaw(
          url,
          `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${ALICE.Authorization}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
        ),
      ]),
    times: 2,
  },
  max_connections: { args: ['--max-connections', '1'], reach: connectTwice },
  open_calls: { reach: (server) => inOne(server, callTooOften) },
};

test.each(Object.entries(rows))(
  '%s is counted by its name, and no other',
  async (limit, { args = [], reach, times = 1 }) => {
    await using server = await startHttpServer(['--metrics', 'on', ...args], TOKENS);

    await reach(server);

    const counts = async (): Promise<Record<string, number>> =>
      counted(await scrape(server.url, PROMETHEUS), 'sandcell_limits_reached_total');
    expect(await counts()).toEqual({ [`sandcell_limits_reached_total{limit="${limit}"}`]: times });
  },
);

/** The second connection is cut at once. */
const TWICE = `
proxy=$(cut -d: -f2 <<<"$HTTP_PROXY"); proxy=\${proxy#//}
exec 8<>/dev/tcp/$proxy/80 9<>/dev/tcp/$proxy/80
read -r line <&9`;

const UPLOAD = `head -c 2000000 /dev/zero | curl -s -T - -H Expect: http://sink.test:${sinkPort}/`;

type Act = (session: RawSession) => Promise<unknown>;

/** One after the other, in a session of alice's. */
async function inOne({ url }: HttpTestServer, ...acts: Act[]): Promise<void> {
  const session = await openRawSession(url, ALICE);
  for (const act of acts) await act(session);
}

async function eachOf(server: HttpTestServer, sessions: number, act: Act): Promise<void> {
  for (let session = 0; session < sessions; session += 1) await inOne(server, act);
}

async function createContext(session: RawSession): Promise<unknown> {
  return await session.call(1, 'create_context', { language: 'bash', sandbox_id: 'new' });
}

async function runBash(session: RawSession): Promise<unknown> {
  return await session.call(1, 'run_code', { language: 'bash', code: 'true' });
}

async function createUntilRefused(session: RawSession): Promise<void> {
  for (let id = 1; id < 20; id += 1) {
    const { body } = await session.call(id, 'create_context', { language: 'javascript' });
    if (body.includes('CONTEXT_LIMIT_REACHED')) return;
  }
  throw new Error('there was room for all of them');
}

/** Nobody waits for the answers: they count as long as the calls run. */
async function callTooOften(session: RawSession): Promise<void> {
  const busy = { language: 'bash', code: 'sleep 60' };
  for (let id = 1; id <= 128; id += 1) await session.callAndDrop(id, 'run_code', busy);
  expect(await session.call(129, 'run_code', busy)).toMatchObject({ status: 429 });
}

async function openTwoSessions({ url }: HttpTestServer): Promise<void> {
  await initialize(url, ALICE);
  await initialize(url, ALICE);
}

async function openTwoStreams({ url }: HttpTestServer): Promise<void> {
  const stop = new AbortController();
  await fetch(`${url}/sse`, { headers: ALICE, signal: stop.signal });
  await send(`${url}/mcp`, { headers: ALICE });
  stop.abort();
}

async function connectTwice({ url }: HttpTestServer): Promise<void> {
  const request = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';
  const first = rawSocket(url);
  first.write(`${request}\r\n`);
  await once(first, 'data'); // it has been accepted

  expect(await sendRaw(url, `${request}\r\n`)).toBe('');

  first.write(`${request}Connection: close\r\n\r\n`); // the server gives its place back first
  await once(first.resume(), 'close');
}
