import { describe, expect, test } from 'vitest';
import { newContext } from '../helpers/cells.ts';
import { initialize, messagesOf, openRawSession } from '../helpers/http-requests.ts';
import { startHttpServer } from '../helpers/http-server.ts';
import { textOf } from '../helpers/server.ts';

const [ALICE, BOB] = ['alice-0123456789abcdef', 'bob-0123456789abcdef'];
const TOKENS = { SANDCELL_AUTH_TOKENS: `alice:${ALICE},bob:${BOB}` };

describe('sandboxes of the whole server', () => {
  test('come to a client that waits as soon as another one gives one back', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1']);
    const [first, second] = await Promise.all([server.connect(), server.connect({ transport: 'sse' })]);
    await first.run({ language: 'bash' }, 'x=1');

    const waiting = second.run({ language: 'bash' }, 'echo mine');
    await second.client.ping(); // answered: the call before it has been taken
    await first.call('kill_sandbox');

    expect(await waiting).toMatchObject({ status: 'ok', stdout: 'mine\n' });
  });

  test('are refused after queue_timeout_ms, with what to do', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1', '--queue-timeout-ms', '300']);
    const [first, second] = await Promise.all([server.connect(), server.connect()]);
    await first.run({ language: 'bash' }, 'x=1');

    const refused = await second.call('run_code', { language: 'bash', code: 'true' });

    expect(textOf(refused)).toBe(
      'SERVER_LIMIT_REACHED: All 1 sandboxes of this server are in use (max_sandboxes), and none came free in 300 ms\n' +
        'hint: Use a sandbox of this session that list_contexts shows, kill one you no longer need with kill_sandbox, or try again later.',
    );
    await first.client.close();
  });

  test('are refused at once to a session that has them all itself', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1']);
    const client = await server.connect();
    await client.run({ language: 'bash' }, 'x=1');

    const refused = await client.call('create_context', { language: 'bash', sandbox_id: 'new' });

    expect(textOf(refused)).toMatch(/^SERVER_LIMIT_REACHED: .* by this session\nhint: Kill a sandbox/);
  });

  test('go to each client in turn, however many one of them asks for', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1', '--max-sandboxes-per-session', '4']);
    const [holder, greedy, modest] = await Promise.all([
      server.connect(),
      server.connect(),
      server.connect(),
    ]);
    await newContext(holder, 'bash');
    const order: string[] = [];
    const ask = async (client: typeof holder, name: string): Promise<void> => {
      const { sandbox_id } = await newContext(client, 'bash', { sandbox_id: 'new' });
      order.push(name);
      await client.call('kill_sandbox', { sandbox_id });
    };
    const asked = [1, 2, 3].map((n) => ask(greedy, `greedy ${n}`));
    await greedy.client.ping();
    asked.push(ask(modest, 'modest'));
    await modest.client.ping();

    await holder.call('kill_sandbox');
    await Promise.all(asked);

    expect(order).toEqual(['greedy 1', 'modest', 'greedy 2', 'greedy 3']);
  });

  test('are not kept waiting for by a call that was cancelled', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1']);
    const [holder, second, third] = await Promise.all([server.connect(), server.connect(), server.connect()]);
    await holder.run({ language: 'bash' }, 'x=1');
    const controller = new AbortController();
    const cancelled = second.run({ language: 'bash' }, 'true', {}, { signal: controller.signal });
    cancelled.catch(() => undefined);
    await second.client.ping();

    controller.abort(new Error('cancelled by the test'));
    await second.client.ping();
    const waiting = third.run({ language: 'bash' }, 'echo third');
    await third.client.ping();
    await holder.call('kill_sandbox');

    expect(await waiting).toMatchObject({ stdout: 'third\n' });
  });

  test('are given up by the call of a client that goes while it waits', async () => {
    await using server = await startHttpServer(['--max-sandboxes', '1']);
    const [holder, gone, third] = await Promise.all([
      server.connect(),
      openRawSession(server.url),
      server.connect(),
    ]);
    await holder.run({ language: 'bash' }, 'x=1');
    const waiting = gone.call(1, 'run_code', { language: 'bash', code: 'true' });
    await gone.post({ id: 2, method: 'ping' });

    await gone.end();
    const next = third.run({ language: 'bash' }, 'echo third');
    await holder.call('kill_sandbox');

    expect(await next).toMatchObject({ stdout: 'third\n' });
    expect(messagesOf(await waiting).at(-1)).toMatchObject({ id: 1, result: { isError: true } });
  });

  test('leave a session its own limit', async () => {
    await using server = await startHttpServer(['--max-sandboxes-per-session', '2']);
    const client = await server.connect();
    const create = (): ReturnType<typeof client.call> =>
      client.call('create_context', { language: 'bash', sandbox_id: 'new' });

    const made = await Promise.all([create(), create(), create()]);

    expect(made.filter(({ isError }) => isError).map(textOf)).toEqual([
      expect.stringMatching(/^SANDBOX_LIMIT_REACHED: /),
    ]);
  });
});

test('sessions of one token are limited, so that it cannot take all there are', async () => {
  await using server = await startHttpServer(['--max-sessions-per-principal', '2'], TOKENS);
  const open = (token: string): ReturnType<typeof initialize> =>
    initialize(server.url, { Authorization: `Bearer ${token}` });
  await open(ALICE);
  await open(ALICE);

  expect(await open(ALICE)).toMatchObject({
    status: 503,
    error: { message: 'This token has 2 sessions, which is the limit (max_sessions_per_principal)' },
  });
  expect(await open(BOB)).toMatchObject({ status: 200 });
});

test('sandboxes of one token are limited, those it waits for too, so that it cannot take all there are', async () => {
  await using server = await startHttpServer(
    ['--max-sandboxes', '3', '--max-sandboxes-per-principal', '2', '--max-sandboxes-per-session', '1'],
    TOKENS,
  );
  const connect = (token: string): ReturnType<typeof server.connect> => server.connect({ token });
  const [first, second, third] = [await connect(ALICE), await connect(ALICE), await connect(ALICE)];
  const bob = await connect(BOB);
  await Promise.all([first, second].map((client) => client.run({ language: 'bash' }, 'true')));

  const refused = await third.call('run_code', { language: 'bash', code: 'true' });

  expect(textOf(refused)).toBe(
    'SERVER_LIMIT_REACHED: This token has 2 sandboxes, which is the limit (max_sandboxes_per_principal)\n' +
      'hint: Use a sandbox of this session that list_contexts shows, or kill one you no longer need with kill_sandbox.',
  );
  expect(await bob.run({ language: 'bash' }, 'echo mine')).toMatchObject({ stdout: 'mine\n' });
  await first.call('kill_sandbox');
  expect(await third.run({ language: 'bash' }, 'echo mine')).toMatchObject({ stdout: 'mine\n' });
});

test('sandboxes go to each token in turn, however many sessions one of them has', async () => {
  await using server = await startHttpServer(['--max-sandboxes', '1'], TOKENS);
  const connect = (token: string): ReturnType<typeof server.connect> => server.connect({ token });
  const [holder, ...waiting] = await Promise.all([ALICE, ALICE, ALICE, BOB].map(connect));
  await holder?.run({ language: 'bash' }, 'true');
  const order: string[] = [];
  const asked: Promise<void>[] = [];
  for (const [index, name] of ['alice 1', 'alice 2', 'bob'].entries()) {
    const client = waiting[index];
    const ask = async (): Promise<void> => {
      await client?.run({ language: 'bash' }, 'true');
      order.push(name);
      await client?.call('kill_sandbox');
    };
    asked.push(ask());
    await client?.client.ping(); // answered: the call before it has been taken
  }

  await holder?.call('kill_sandbox');
  await Promise.all(asked);

  expect(order).toEqual(['alice 1', 'bob', 'alice 2']);
});
