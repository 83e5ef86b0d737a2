import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RawSession, openRawSession, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';
import { startServer } from '../helpers/server.ts';
import { TestCollector, type TestSpan } from '../helpers/collector.ts';

const JSON_PROTOCOL = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
const ID = /^(session|sb|ctx|exec)_[\da-f]{24}$/;
const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const TRACEPARENT = `00-${PARENT.traceId}-${PARENT.spanId}-01`;
const SECRET = 'secret-7f3a';
const KINDS = { internal: 1, server: 2 };

async function callWithTrace(session: RawSession, id: number, code: string): Promise<void> {
  const params = { name: 'run_code', arguments: { language: 'python', code } };
  await session.post({ id, method: 'tools/call', params }, { traceparent: TRACEPARENT });
}

describe('the spans of a call', () => {
  let collector: TestCollector;
  let spans: TestSpan[];
  let server: HttpTestServer;

  beforeAll(async () => {
    collector = await TestCollector.start();
    server = await startHttpServer([], {
      ...JSON_PROTOCOL,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_BSP_SCHEDULE_DELAY: '600000', // so that only the shutdown sends
    });
    const session = await openRawSession(server.url);
    await callWithTrace(session, 1, `print('${SECRET}'); '${SECRET}'`);
    await session.call(2, 'run_code', { language: 'python', code: `raise ValueError('${SECRET}')` });
    await session.call(3, 'run_code', { context_id: SECRET, code: '1' });
    await session.call(4, SECRET, {});
    await send(`${server.url}/healthz`);
    await send(`${server.url}/${SECRET}`);
    await send(`${server.url}/mcp`, { method: 'POST', headers: { Host: 'evil.example' } });
    expect(collector.requests).toEqual([]);
    await server[Symbol.asyncDispose]();
    spans = collector.spans;
  });

  afterAll(async () => {
    await collector[Symbol.asyncDispose]();
  });

  const named = (name: string): TestSpan[] => spans.filter((span) => span.name === name);

  test('are sent at the end, with who sends them', () => {
    expect(collector.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
    expect(collector.resource).toMatchObject({
      'service.name': 'sandcell',
      'service.version': '0.1.0',
      'deployment.environment.name': 'test',
    });
  });

  test('stand in each other: request, call, context and execution', () => {
    const trace = spans.filter(({ traceId }) => traceId === PARENT.traceId);
    const [request, call, creation, execution] = [
      'POST /mcp',
      'tools/call run_code',
      'create python context',
      'execute python',
    ].map((name) => trace.find((span) => span.name === name));

    expect(trace).toHaveLength(4);
    expect(request).toMatchObject({ parentId: PARENT.spanId, kind: KINDS.server, hasFailed: false });
    expect(call).toMatchObject({ parentId: request?.id, kind: KINDS.internal, hasFailed: false });
    expect(creation).toMatchObject({ parentId: call?.id, kind: KINDS.internal, hasFailed: false });
    expect(execution).toMatchObject({ parentId: call?.id, kind: KINDS.internal, hasFailed: false });
    const session = String(call?.attributes['sandcell.session.id']);
    const sandbox = String(creation?.attributes['sandcell.sandbox.id']);
    for (const id of [session, sandbox]) expect(id).toMatch(ID);
    expect(request?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/mcp',
      'http.response.status_code': 200,
    });
    expect(call?.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'run_code',
      'sandcell.session.id': session,
      'sandcell.status': 'ok',
    });
    const place = {
      'sandcell.language': 'python',
      'sandcell.session.id': session,
      'sandcell.sandbox.id': sandbox,
      'sandcell.status': 'ok',
    };
    expect(creation?.attributes).toEqual(place);
    expect(execution?.attributes).toEqual({
      ...place,
      'sandcell.context.id': expect.stringMatching(ID) as string,
      'sandcell.execution.id': expect.stringMatching(ID) as string,
      'sandcell.duration_ms': expect.any(Number) as number,
    });
  });

  test('say what failed', () => {
    const failed = spans.filter(({ hasFailed }) => hasFailed);

    expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['execute python', 'error'],
      ['tools/call run_code', 'error'],
      ['tools/call run_code', 'CONTEXT_NOT_FOUND'],
      ['tools/call unknown', 'INVALID_ARGUMENT'],
    ]);
    expect(named('POST /mcp').map(({ attributes }) => attributes['http.response.status_code'])).toContain(
      403,
    );
  });

  test('are of calls alone: not of health checks, and not of what is no route', () => {
    const requests = spans.filter(({ kind }) => kind === KINDS.server).map(({ name }) => name);

    expect(new Set(requests)).toEqual(new Set(['POST /mcp']));
  });

  test('hold no code, no output and nothing else that a client writes', () => {
    const sent = Buffer.concat(collector.requests.map(({ body }) => body)).toString('utf8');

    expect(sent).not.toContain(SECRET);
    expect(sent).not.toContain('evil.example');
    expect(server.log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });
});

test('spans of the older transport stand in each other, too', async () => {
  await using collector = await TestCollector.start();
  const env = { ...JSON_PROTOCOL, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/traces` };
  await using server = await startHttpServer([], env);
  await using client = await server.connect({ transport: 'sse' });

  await client.run({ language: 'bash' }, 'echo 1');
  await server[Symbol.asyncDispose]();

  const { spans } = collector;
  const call = spans.find(({ name }) => name === 'tools/call run_code');
  const request = spans.find(({ id }) => id === call?.parentId);
  expect(request?.name).toBe('POST /messages');
  expect(spans.find(({ name }) => name === 'execute bash')?.parentId).toBe(call?.id);
  expect(new Set(collector.requests.map(({ path }) => path))).toEqual(new Set(['/traces']));
});

test('spans are sent over stdio, too, and begin with the call there', async () => {
  await using collector = await TestCollector.start();
  const env = { ...JSON_PROTOCOL, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  {
    await using server = await startServer([], env);
    await server.run({ language: 'bash' }, 'echo 1');
  }

  const call = collector.spans.find(({ name }) => name === 'tools/call run_code');
  expect(call?.parentId).toBeUndefined();
  expect(collector.spans.find(({ name }) => name === 'execute bash')).toMatchObject({
    ...{ traceId: call?.traceId, parentId: call?.id },
  });
});

test('spans are sent in the form of protobuf, unless told otherwise, with the headers of the settings', async () => {
  await using collector = await TestCollector.start();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=team',
    OTEL_SERVICE_NAME: 'our-sandcell',
  };
  await using server = await startHttpServer([], env);

  await openRawSession(server.url);
  await server[Symbol.asyncDispose]();

  expect(collector.requests).toHaveLength(1);
  expect(collector.requests[0]).toMatchObject({
    path: '/v1/traces',
    headers: { 'content-type': 'application/x-protobuf', 'x-tenant': 'team' },
  });
  expect(collector.requests[0]?.body.includes('our-sandcell')).toBe(true);
});

test('the sampler of the settings is followed', async () => {
  await using collector = await TestCollector.start();
  const env = {
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
    ...JSON_PROTOCOL,
  };
  await using server = await startHttpServer([], env);
  const session = await openRawSession(server.url);

  await session.call(1, 'list_contexts', {});
  await session.post({ id: 2, method: 'ping' }, { traceparent: TRACEPARENT });
  await server[Symbol.asyncDispose]();

  expect(collector.spans.map(({ traceId }) => traceId)).toEqual([PARENT.traceId]);
});

test.each([
  { OTEL_SDK_DISABLED: 'true' },
  { OTEL_TRACES_EXPORTER: 'none' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
  { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
])('no spans are made where the variables say %j', async (other) => {
  await using collector = await TestCollector.start();
  const env = { ...JSON_PROTOCOL, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...other };
  await using server = await startHttpServer([], env);

  await openRawSession(server.url);
  await server[Symbol.asyncDispose]();

  expect(collector.requests).toEqual([]);
  const warnings = server.log.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  expect(warnings).toEqual(
    'OTEL_EXPORTER_OTLP_PROTOCOL' in other ? ['no traces: the protocol is not known here'] : [],
  );
});

test('a collector that fails costs the traces alone; the log says so, and the end is no later', async () => {
  await using collector = await TestCollector.start();
  collector.status = 503;
  await using server = await startHttpServer([], {
    ...{ ...JSON_PROTOCOL, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    OTEL_EXPORTER_OTLP_TIMEOUT: '100',
  });
  const session = await openRawSession(server.url);

  await session.call(1, 'run_code', { language: 'bash', code: 'echo 1' });

  await vi.waitFor(() => {
    expect(server.log).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'traces cannot be sent' }),
    );
  });
  await server[Symbol.asyncDispose]();
  expect(await server.exited).toEqual({ code: 0, signal: null });
});

test('a collector that does not answer does not keep the server from its end', async () => {
  await using collector = await TestCollector.start();
  collector.status = undefined;
  const env = { ...JSON_PROTOCOL, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  await using server = await startHttpServer([], env);
  await openRawSession(server.url);

  await server[Symbol.asyncDispose]();

  expect(await server.exited).toEqual({ code: 0, signal: null });
  await vi.waitFor(() => {
    expect(server.log).toContainEqual(expect.objectContaining({ msg: 'the last traces are lost' }));
  });
});

test('a variable that cannot be read is told of', async () => {
  await using server = await startHttpServer([], { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' });

  expect(server.log).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: 'a setting of OpenTelemetry is not good' }),
  );
});
