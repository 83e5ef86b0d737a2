import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AttachServer } from '../../src/sandboxes/bubblewrap/attach-server.ts';
import { asEachUser, type Attacker, openAttacker } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

const CONNECTIONS = `
def connection(*messages):
    opened_socket = socket.socket(socket.AF_UNIX)
    opened_socket.settimeout(20)
    opened_socket.connect('/run/sandcell/host.sock')
    for message in messages: opened_socket.sendall(message)
    return opened_socket
def answer(*messages):
    """What the server says: nothing but the end is expected."""
    try: return connection(*messages).recv(100).decode() or 'closed'
    except (ConnectionResetError, BrokenPipeError): return 'closed'
def hello(**fields): return json.dumps(fields).encode() + b'\\n'
`;

asEachUser((user) => {
  let server: TestServer;
  let attacker: Attacker;

  beforeAll(async () => {
    server = await user.startServer();
    attacker = await openAttacker(server);
    await attacker.run(CONNECTIONS);
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  test.each([
    ['a wrong token', `hello(type='hello', role='frames', token='0' * 32)`],
    ['no token', `hello(type='hello', role='frames')`],
    ['a token that is no text', `hello(type='hello', role='frames', token=[0] * 32)`],
    ['an unknown role', `hello(type='hello', role='admin', token='0' * 32)`],
    ['a role that every object has', `hello(type='hello', role='constructor', token='__proto__'.ljust(32))`],
    [
      'a frame in place of the hello',
      `hello(type='ready', protocol=1, language='python', version='3', pid=1)`,
    ],
    ['bytes that are no text', `b'\\xff\\xfe\\x00\\n'`],
    ['an empty line', `b'\\n'`],
    ['a line without end', `b'x' * 100000`],
    ['a web request', `b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'`],
  ])('the server closes a connection that says %s', async (_name, message) => {
    expect(await attacker.ask(`report(answer(${message}))`)).toBe('closed');
  });

  test('the server’s socket answers nobody who stays silent, and kernels start all the same', async () => {
    const silent = await attacker.ask(`
silent = [connection() for _ in range(200)] + [connection(b'{"type":"hel') for _ in range(100)]
report(len(silent))`);

    const started = await Promise.all(
      [1, 2, 3].map(() => openAttacker(server, { sandbox_id: attacker.sandboxId })),
    );

    expect(silent).toBe(300);
    expect(await Promise.all(started.map((context) => context.ask('report(6 * 7)')))).toEqual([42, 42, 42]);
    expect(await attacker.ask('report(sorted({one.recv(1) for one in silent[:100]} and {1}))')).toEqual([1]);
  });

  test('connections that come faster than they are closed keep no other sandbox from starting', async () => {
    const flooding = attacker.run(
      `
while True:
    try:
        flood = socket.socket(socket.AF_UNIX); flood.setblocking(False); flood.connect('/run/sandcell/host.sock')
    except OSError: pass`,
      { timeout_ms: 2000 },
    );

    const stranger = await openAttacker(server, { sandbox_id: 'new' });

    expect(await stranger.ask('report(6 * 7)')).toBe(42);
    expect((await flooding).status).toBe('timeout');
    expect((await attacker.run('1 + 1')).result).toBe('2');
  });
});

// A kernel that was given up on its way leaves such a connection: killing its sandbox must not wait for it.
test('the server of a sandbox ends though a connection that it let in is read by nobody', async () => {
  const folder = mkdtempSync('/tmp/sandcell-user-');
  const server = await AttachServer.listen(join(folder, 'host.sock'));
  const expected = server.expect(['frames', 'interrupt']);
  const guest = connect(join(folder, 'host.sock'));
  guest.write(`${JSON.stringify({ type: 'hello', role: 'frames', token: expected.token })}\n`);
  const ended = once(guest.resume(), 'close');
  await expected.connection('frames');

  await server[Symbol.asyncDispose]();

  await ended;
  rmSync(folder, { recursive: true });
});

test('a connection of a kernel that is given up is closed', async () => {
  const folder = mkdtempSync('/tmp/sandcell-user-');
  await using server = await AttachServer.listen(join(folder, 'host.sock'));
  const expected = server.expect(['frames', 'interrupt']);
  const guest = connect(join(folder, 'host.sock'));
  guest.write(`${JSON.stringify({ type: 'hello', role: 'frames', token: expected.token })}\n`);
  await expected.connection('frames');

  expected.refuse();

  await once(guest.resume(), 'close');
  rmSync(folder, { recursive: true });
});
