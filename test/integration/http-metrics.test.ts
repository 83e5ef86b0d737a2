import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openRawSession, type RawSession, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { counted, type Samples, scrape } from '../helpers/metrics.ts';

const TOKEN = 'prometheus-0123456789';
const SECRET = 'secret-7f3a';

describe('the metrics', () => {
  let server: HttpTestServer;
  let session: RawSession;

  beforeAll(async () => {
    const limits = ['--max-sandboxes', '1', '--queue-timeout-ms', '1', '--max-contexts-per-sandbox', '3'];
    server = await startHttpServer(['--metrics', 'on', ...limits]);
    session = await openRawSession(server.url);
    const run = async (args: object): Promise<void> => {
      await session.call(1, 'run_code', args);
    };
    await run({ language: 'python', code: '1' });
    await run({ language: 'python', code: '1 / 0' });
    await run({ language: 'python', code: 'while True: pass', timeout_ms: 50 });
    await run({ language: 'python', code: 'import os; os._exit(3)' });
    await run({ language: 'bash', code: 'echo 1' });
    await session.call(2, 'create_context', { language: 'bash', version: '1.0' });
    await session.call(3, 'create_context', { language: 'bash' });
    await session.call(4, 'create_context', { language: 'bash' });
    await session.call(5, SECRET, {});
    await run({ context_id: SECRET, code: '1' });
    await session.call(6, 'kill_sandbox', { sandbox_id: SECRET });
    const other = await openRawSession(server.url);
    await other.call(1, 'run_code', { language: 'python', code: '1' });
    await send(`${server.url}/${SECRET}?${SECRET}`, { method: 'PURGE', headers: { 'X-Test': SECRET } });
    await send(`${server.url}/mcp`, { headers: { Host: SECRET } });
    const flood = { 'X-Flood': 'x'.repeat(20_000) };
    await send(`${server.url}/mcp`, { headers: flood });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test('are in the form of Prometheus, each with what it means', async () => {
    const { headers, body } = await send(`${server.url}/metrics`);

    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const ours = [...body.matchAll(/^# TYPE (sandcell_\S+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
    expect(Object.fromEntries(ours)).toEqual({
      sandcell_sessions: 'gauge',
      sandcell_sandboxes: 'gauge',
      sandcell_sandbox_queue_length: 'gauge',
      sandcell_contexts: 'gauge',
      sandcell_executions_total: 'counter',
      sandcell_execution_duration_seconds: 'histogram',
      sandcell_context_creation_duration_seconds: 'histogram',
      sandcell_tool_calls_total: 'counter',
      sandcell_http_request_duration_seconds: 'histogram',
      sandcell_pool_requests_total: 'counter',
      sandcell_limits_reached_total: 'counter',
    });
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds', 'process_open_fds'])
      expect(body).toMatch(new RegExp(`^${name} [\\d.e-]+$`, 'm'));
  });

  test('count what there is', async () => {
    const samples = await scrape(server.url);

    expect(counted(samples, 'sandcell_sessions', 'sandcell_contexts')).toEqual({
      sandcell_sessions: 2,
      'sandcell_contexts{language="python"}': 1,
      'sandcell_contexts{language="bash"}': 2,
    });
    expect(samples.get('sandcell_sandboxes{state="in_use"}')).toBe(1);
    expect(samples.get('sandcell_sandbox_queue_length')).toBe(0);
    expect(samples.get('sandcell_contexts{language="go"}')).toBe(0);
  });

  test('count executions by language and how they ended, and time them', async () => {
    const samples = await scrape(server.url);

    expect(
      counted(samples, 'sandcell_executions_total', 'sandcell_execution_duration_seconds_count'),
    ).toEqual({
      'sandcell_executions_total{language="python",status="ok"}': 1,
      'sandcell_executions_total{language="python",status="error"}': 1,
      'sandcell_executions_total{language="python",status="timeout"}': 1,
      'sandcell_executions_total{language="python",status="kernel_died"}': 1,
      'sandcell_executions_total{language="bash",status="ok"}': 1,
      'sandcell_execution_duration_seconds_count{language="python"}': 4,
      'sandcell_execution_duration_seconds_count{language="bash"}': 1,
    });
    expect(samples.get('sandcell_execution_duration_seconds_bucket{le="+Inf",language="python"}')).toBe(4);
    expect(samples.get('sandcell_execution_duration_seconds_sum{language="python"}')).toBeGreaterThan(0.05);
  });

  test('count contexts that were made, or not', async () => {
    expect(counted(await scrape(server.url), 'sandcell_context_creation_duration_seconds_count')).toEqual({
      'sandcell_context_creation_duration_seconds_count{language="python",status="ok"}': 1,
      'sandcell_context_creation_duration_seconds_count{language="bash",status="ok"}': 2,
      'sandcell_context_creation_duration_seconds_count{language="bash",status="RUNTIME_NOT_FOUND"}': 1,
    });
  });

  test('count calls, by tools that there are', async () => {
    expect(counted(await scrape(server.url), 'sandcell_tool_calls_total')).toEqual({
      'sandcell_tool_calls_total{tool="run_code",status="ok"}': 2,
      'sandcell_tool_calls_total{tool="run_code",status="error"}': 3,
      'sandcell_tool_calls_total{tool="run_code",status="CONTEXT_NOT_FOUND"}': 1,
      'sandcell_tool_calls_total{tool="run_code",status="SERVER_LIMIT_REACHED"}': 1,
      'sandcell_tool_calls_total{tool="create_context",status="ok"}': 1,
      'sandcell_tool_calls_total{tool="create_context",status="RUNTIME_NOT_FOUND"}': 1,
      'sandcell_tool_calls_total{tool="create_context",status="CONTEXT_LIMIT_REACHED"}': 1,
      'sandcell_tool_calls_total{tool="kill_sandbox",status="SANDBOX_NOT_FOUND"}': 1,
      'sandcell_tool_calls_total{tool="unknown",status="INVALID_ARGUMENT"}': 1,
    });
  });

  test('count requests, those that were refused among them', async () => {
    const samples = await scrape(server.url);
    const count = (labels: string): number | undefined =>
      samples.get(`sandcell_http_request_duration_seconds_count{${labels}}`);

    expect(count('method="POST",route="/mcp",status="200"')).toBe(14);
    expect(count('method="POST",route="/mcp",status="202"')).toBe(2);
    expect(count('method="GET",route="/mcp",status="403"')).toBe(1);
    expect(count('method="other",route="other",status="404"')).toBe(1);
  });

  test('count which limits were reached', async () => {
    expect(counted(await scrape(server.url), 'sandcell_limits_reached_total')).toEqual({
      'sandcell_limits_reached_total{limit="max_sandboxes"}': 1,
      'sandcell_limits_reached_total{limit="max_contexts_per_sandbox"}': 1,
      'sandcell_limits_reached_total{limit="timeout_ms"}': 1,
      'sandcell_limits_reached_total{limit="header_size"}': 1,
    });
  });

  test('have no label that a client writes', async () => {
    const { body } = await send(`${server.url}/metrics`);

    expect(body).not.toContain(SECRET);
    expect(body).not.toMatch(/(session|sb|ctx|exec)_[\da-f]{8}/);
  });

  test('are read, and nothing else', async () => {
    expect(await send(`${server.url}/metrics`, { method: 'POST' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
    });
  });
});

test('a spare sandbox and a ready kernel are hits, and what has to be started is a miss', async () => {
  await using server = await startHttpServer(['--metrics', 'on']);
  const session = await openRawSession(server.url);

  await session.call(1, 'create_context', { language: 'python' });
  await vi.waitFor(
    async () => {
      expect((await scrape(server.url)).get('sandcell_sandboxes{state="spare"}')).toBe(1);
    },
    { timeout: 20_000 },
  );
  await session.call(2, 'create_context', { language: 'python', sandbox_id: 'new' });

  expect(counted(await scrape(server.url), 'sandcell_pool_requests_total')).toEqual({
    'sandcell_pool_requests_total{pool="sandboxes",result="miss"}': 1,
    'sandcell_pool_requests_total{pool="kernels",result="miss"}': 1,
    'sandcell_pool_requests_total{pool="sandboxes",result="hit"}': 1,
    'sandcell_pool_requests_total{pool="kernels",result="hit"}': 1,
  });
});

test('calls that wait for a sandbox are counted while they wait, and forgotten when they are cancelled', async () => {
  await using server = await startHttpServer(['--metrics', 'on', '--max-sandboxes', '1']);
  const holder = await openRawSession(server.url);
  await holder.call(1, 'create_context', { language: 'bash' });
  const waiting = await openRawSession(server.url);
  const length = async (): Promise<number | undefined> =>
    (await scrape(server.url)).get('sandcell_sandbox_queue_length');

  const answer = waiting.call(1, 'create_context', { language: 'bash' });
  await vi.waitFor(async () => {
    expect(await length()).toBe(1);
  });
  await waiting.post({ method: 'notifications/cancelled', params: { requestId: 1 } });
  await answer;

  await vi.waitFor(async () => {
    expect(await length()).toBe(0);
    const calls = counted(await scrape(server.url), 'sandcell_tool_calls_total');
    expect(calls).toMatchObject({ 'sandcell_tool_calls_total{tool="create_context",status="cancelled"}': 1 });
  });
});

test('what has ended is counted no more', async () => {
  await using server = await startHttpServer(['--metrics', 'on']);
  const session = await openRawSession(server.url);
  await session.call(1, 'run_code', { language: 'bash', code: '1' });
  const now = async (): Promise<Samples> => await scrape(server.url);
  expect(counted(await now(), 'sandcell_sessions', 'sandcell_contexts')).toEqual({
    sandcell_sessions: 1,
    'sandcell_contexts{language="bash"}': 1,
  });

  await session.end();

  expect(counted(await now(), 'sandcell_sessions', 'sandcell_contexts')).toEqual({});
  expect((await now()).get('sandcell_sandboxes{state="in_use"}')).toBe(0);
});

describe('/metrics', () => {
  test('demands a token where the server does, and not where everybody may come', async () => {
    await using guarded = await startHttpServer(['--metrics', 'on'], {
      SANDCELL_AUTH_TOKENS: `prometheus:${TOKEN}`,
    });
    await using open = await startHttpServer(['--metrics', 'on']);

    expect(await send(`${guarded.url}/metrics`)).toMatchObject({ status: 401 });
    const answer = await send(`${guarded.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain('prometheus');
    expect(await send(`${open.url}/metrics`)).toMatchObject({ status: 200 });
    const foreign = { headers: { Host: 'evil.example' } };
    expect(await send(`${open.url}/metrics`, foreign)).toMatchObject({ status: 403 });
  });

  test('is not there unless it is asked for', async () => {
    await using server = await startHttpServer();

    expect(await send(`${server.url}/metrics`)).toMatchObject({ status: 404 });
  });
});

test('log lines name the session and the sandbox that they are about', async () => {
  await using server = await startHttpServer(['--log-level', 'debug']);
  const session = await openRawSession(server.url);
  await session.call(1, 'run_code', { language: 'bash', code: `echo ${SECRET}` });
  await session.end();

  const lineOf = (msg: string): Record<string, unknown> | undefined =>
    server.log.find((line) => line.msg === msg);
  await vi.waitFor(() => {
    expect(lineOf('a sandbox has ended')).toBeDefined();
  });
  const ids = {
    session: lineOf('a session has begun')?.['session'],
    sandbox: lineOf('a sandbox is in use')?.['sandbox'],
  };
  for (const id of Object.values(ids)) expect(id).toMatch(/^(session|sb)_[\da-f]{24}$/);
  for (const msg of ['a sandbox is in use', 'a context was made', 'an execution has ended'])
    expect(lineOf(msg)).toMatchObject(ids);
  expect(lineOf('a sandbox has ended')).toMatchObject(ids);
  expect(lineOf('an execution has ended')).toMatchObject({ language: 'bash', status: 'ok' });
  expect(lineOf('a call has ended')).toMatchObject({ tool: 'run_code', session: ids.session, status: 'ok' });
  expect(JSON.stringify(server.log)).not.toContain(SECRET);
});
