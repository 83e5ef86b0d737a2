import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../helpers/cells.ts';
import { messagesOf, openRawSession, type RawSession, send } from '../helpers/http-requests.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';

/** Runs until the file is there. */
const HELD = "import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.01)\n6 * 7";
const RELEASE = 'touch go';

let server: HttpTestServer;
let session: RawSession;
let calls = 0;

beforeAll(async () => {
  server = await startHttpServer();
  session = await openRawSession(server.url);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** A call that goes on while its client is gone. */
async function dropped(own = session): Promise<string> {
  await run(own, 'bash', 'rm -f go');
  return await own.callAndDrop(++calls, 'run_code', { language: 'python', code: HELD });
}

async function run(own: RawSession, language: string, code: string): Promise<void> {
  const answer = await own.call(++calls, 'run_code', { language, code });
  expect(messagesOf(answer).at(-1)).toMatchObject({ result: { structuredContent: { status: 'ok' } } });
}

const DONE = [{ result: { structuredContent: { status: 'ok', result: '42' } } }];

describe('a call whose connection was cut', () => {
  test('goes on, and its answer waits until the client comes back for it', async () => {
    const eventId = await dropped();
    await run(session, 'bash', RELEASE);
    await run(session, 'python', '1'); // behind it, in the same context

    const answer = await session.resume(eventId);

    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } });
    expect(messagesOf(answer)).toMatchObject(DONE);
  });

  test('answers a client that comes back before its end, and ends the stream then', async () => {
    const eventId = await dropped();

    const answer = session.resume(eventId);
    await run(session, 'bash', RELEASE);

    expect(messagesOf(await answer)).toMatchObject(DONE);
  });

  test('is answered to the client that came back last, and to no other', async () => {
    const eventId = await dropped();

    const first = session.resume(eventId);
    const second = session.resume(eventId);
    await run(session, 'bash', RELEASE);

    const answers = await Promise.all([first, second]);
    expect(answers.flatMap(messagesOf)).toMatchObject(DONE);
  });

  test('tells a client that has the answer not to come again', async () => {
    const answer = await session.call(++calls, 'run_code', { language: 'bash', code: 'true' });
    const last = [...answer.body.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? '';

    expect(await session.resume(last)).toMatchObject({ status: 204, body: '' });
  });

  test('repeats nothing of other calls', async () => {
    const eventId = await dropped();
    await run(session, 'bash', RELEASE);
    await run(session, 'python', "'another answer'");

    const { body } = await session.resume(eventId);

    expect(body).not.toContain('another answer');
  });

  test('is unknown to other sessions', async () => {
    const other = await openRawSession(server.url);
    const eventId = await dropped();
    await run(session, 'bash', RELEASE);

    for (const id of [eventId, 'garbage', `${eventId}0`, `${eventId.split(':')[0] ?? ''}:0`]) {
      expect(await other.resume(id)).toMatchObject({ status: 400, error: { code: -32_000 } });
    }
    expect(await session.resume(`${eventId}99`)).toMatchObject({ status: 400 });
    expect(messagesOf(await session.resume(eventId))).toMatchObject(DONE);
  });

  test('is interrupted where it is cancelled, and answered at once', async () => {
    const eventId = await dropped();
    const requestId = calls;

    const cancel = await session.post({ method: 'notifications/cancelled', params: { requestId } });

    expect(cancel.status).toBe(202);
    expect(messagesOf(await session.resume(eventId))).toMatchObject([
      { id: requestId, result: { isError: true, content: [{ text: 'The call was cancelled' }] } },
    ]);
    await run(session, 'python', "assert not os.path.exists('go')"); // the cell did not go to its end
  });
});

test('a client that waits for a call that another request cancels gets an answer', async () => {
  await run(session, 'bash', 'rm -f go started');
  const code = `open('started', 'w')\n${HELD}`;
  const id = ++calls;
  const waiting = session.call(id, 'run_code', { language: 'python', code });
  await run(session, 'bash', 'until [[ -e started ]]; do sleep 0.01; done');

  await session.post({ method: 'notifications/cancelled', params: { requestId: id, reason: 'test' } });

  expect(messagesOf(await waiting)).toMatchObject([{ id, result: { isError: true } }]);
});

test('a client that lost all its connections finds its variables by the id of its session', async () => {
  const own = await openRawSession(server.url);
  await run(own, 'python', 'kept = 1');
  const eventId = await dropped(own);
  await run(own, 'bash', RELEASE);
  expect(messagesOf(await own.resume(eventId))).toMatchObject(DONE);

  await run(own, 'python', 'assert kept == 1');
});

test('keeps what was not fetched within limits, and forgets the oldest first', async () => {
  const own = await openRawSession(server.url);
  const first = await own.callAndDrop(++calls, 'run_code', { language: 'bash', code: 'echo first' });
  await run(own, 'bash', 'echo behind it');
  expect((await own.resume(first)).status).toBe(200);

  for (let count = 0; count < 300; count += 1) await own.post({ id: ++calls, method: 'ping' });
  const last = await own.callAndDrop(++calls, 'run_code', { language: 'bash', code: 'echo last' });

  expect(await own.resume(first)).toMatchObject({ status: 400 });
  expect(messagesOf(await own.resume(last))).toMatchObject([
    { result: { structuredContent: { stdout: 'last\n' } } },
  ]);
});

test('the SDK client gets the answer of a call whose connection a proxy cut, without asking twice', async () => {
  await using client = await server.connect();
  const { transport } = client;
  if (!('sessionId' in transport)) throw new Error('not Streamable HTTP');
  let eventId: string | undefined;
  const cell = client.client.callTool(
    {
      name: 'run_code',
      arguments: { language: 'bash', code: 'until [[ -e go ]]; do sleep 0.01; done; echo done' },
    },
    undefined,
    { onresumptiontoken: (token) => (eventId = token) },
  );
  cell.catch(() => undefined);
  await until('the call has an id to come back with', () => eventId !== undefined);
  const headers = { 'Mcp-Session-Id': transport.sessionId ?? '', Accept: 'text/event-stream' };

  // Another connection takes the stream over, which ends the client's own: it comes back by itself.
  const taken = send(`${server.url}/mcp`, { headers: { ...headers, 'Last-Event-ID': eventId ?? '' } });
  await client.run({ language: 'python' }, "open('go', 'w').close()");

  expect(await cell).toMatchObject({ structuredContent: { stdout: 'done\n' } });
  await taken;
});
