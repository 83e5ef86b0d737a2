import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asEachUser, type Attacker, openAttacker } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

/** `say` sends bytes and gives what comes back up to the end of a head, or how the connection ended. */
const TALK = `
import os, re, socket, struct, time
proxy = (re.search('//([0-9.]+)', os.environ['HTTP_PROXY'])[1], 80)
dns = (re.search('nameserver (.*)', open('/etc/resolv.conf').read())[1], 53)
def say(text, address=proxy, until=b'\\r\\n\\r\\n'):
    try:
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(text)
            answer = b''
            while until not in answer:
                chunk = connection.recv(65536)
                if not chunk: return answer.decode('latin1') or 'closed'
                answer += chunk
            return answer.decode('latin1')
    except OSError as error: return type(error).__name__
def query(name, type=1, klass=1, flags=0x100, count=1, raw=None):
    question = raw if raw is not None else b''.join(bytes([len(l)]) + l for l in name.split(b'.')) + b'\\0'
    packet = struct.pack('>6H', 7, flags, count, 0, 0, 0) + question + struct.pack('>2H', type, klass)
    return struct.pack('>H', len(packet)) + packet
def ask(packet):
    """The code of the answer and how many addresses it has."""
    try:
        with socket.create_connection(dns, timeout=10) as connection:
            connection.sendall(packet)
            head = connection.recv(65536)
            return [head[5] & 15, struct.unpack('>H', head[8:10])[0]] if len(head) > 13 else 'closed'
    except OSError as error: return type(error).__name__
`;

/** On a busy machine, too. */
const SOON = { timeout: 30_000 };

const json = (value: unknown): string => JSON.stringify(value);

asEachUser((user) => {
  let visits = 0;
  let server: TestServer;
  let attacker: Attacker;
  let canary: Server;
  let origin: Server;
  /** Ports of a service of this machine that must not be reached, and of one that may be. */
  let ports: { canary: number; origin: number };

  beforeAll(async () => {
    canary = await listening(
      createServer((socket) => {
        visits += 1;
        socket.end();
      }),
    );
    origin = await listening(
      createHttpServer((request, response) => {
        response.end(json([request.method, request.url, request.headers]));
      }),
    );
    ports = { canary: portOf(canary), origin: portOf(origin) };
    server = await user.startServer([
      // Every name and both ports are allowed: only what the addresses are stands in the way.
      ...['--network', 'full', '--allow-hosts', `*:${ports.canary}`],
      ...['--allow-private', `ok.test:${ports.origin}`, '--network-connections', '24'],
      ...[
        '--host-addresses',
        'ok.test=127.0.0.1,evil.test=127.0.0.1,meta.test=169.254.169.254,both.test=1.1.1.1,both.test=10.0.0.1,six.test=::1,mapped.test=::ffff:127.0.0.1',
      ],
    ]);
    attacker = await openAttacker(server);
    await attacker.run(TALK);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    canary.close();
    origin.close();
    expect(visits).toBe(0);
  });

  /** `C` is the port of the canary, `O` that of the origin. */
  const filled = (text: string): string =>
    text.replaceAll(':C', `:${ports.canary}`).replaceAll(':O', `:${ports.origin}`);
  const say = (text: string): Promise<unknown> =>
    attacker.ask(`report(say(${json(filled(text))}.encode('utf-8')))`);

  test('what is allowed is reached, and nothing else by the same way', async () => {
    expect(await say('GET http://ok.test:O/ HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    expect(await say('CONNECT ok.test:O HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  test.each([
    ...[
      '127.0.0.1:C',
      '2130706433:C',
      '0x7f000001:C',
      '0x7f.1:C',
      '0177.0.0.1:C',
      '127.1:C',
      '0:C',
      '127.0.0.1.:C',
    ],
    ...[
      '[::1]:C',
      '::1:C',
      '[::ffff:127.0.0.1]:C',
      '[::ffff:7f00:1]:C',
      '[fe80::1%25lo]:C',
      '[::]:C',
      '[64:ff9b::7f00:1]:C',
    ],
    ...[
      'localhost:C',
      'LOCALHOST.:C',
      'evil.test:C',
      'EVIL.test.:C',
      'six.test:C',
      'mapped.test:C',
      'both.test:C',
    ],
    ...[
      '169.254.169.254:80',
      'meta.test:80',
      '１２７.0.0.1:C',
      'evil.test\u3002:C',
      'x@evil.test:C',
      'evil.test%00:C',
    ],
    ...[
      'ok.test:22',
      'ok.test:C',
      'evil.test:O',
      'ok.test.evil.test:O',
      '127.80.0.1:80',
      '127.53.0.1:53',
      '..:C',
      '*:C',
    ],
  ])('CONNECT %s is refused', async (target) => {
    expect(await say(`CONNECT ${target} HTTP/1.1\r\nHost: ok.test\r\n\r\n`)).toMatch(/^HTTP\/1.1 40[03] /);
  });

  test.each([
    ...['ok.test', 'ok.test:', 'ok.test:0', 'ok.test:65536', 'ok.test:999999', 'ok.test:-1', 'ok.test:80a'],
    ...['ok.test:0x50', ':80', 'http://ok.test:O/', 'ok.test:O/x', '/', '*'],
  ])('CONNECT %s is no request', async (target) => {
    expect(await say(`CONNECT ${target} HTTP/1.1\r\nHost: ok.test\r\n\r\n`)).toMatch(/^HTTP\/1.1 4/);
  });

  test.each([
    ['http://127.0.0.1:C/', 403],
    ['http://2130706433:C/', 403],
    ['http://0177.1:C/', 403],
    ['http://[::1]:C/', 403],
    ['http://evil.test:C/', 403],
    ['http://localhost:C/', 403],
    ['http://meta.test/latest/meta-data/', 403],
    ['http://ok.test:22/', 403],
    ['http://ok.test:O@evil.test:C/', 400],
    ['http://user:pass@evil.test:C/', 400],
    ['https://evil.test:C/', 400],
    ['ftp://evil.test/', 400],
    ['file:///etc/passwd', 400],
    ['gopher://evil.test:C/_x', 400],
    ['javascript:1', 400],
    ['evil.test:C/', 400],
    ['/', 404],
    ['//evil.test:C/', 404],
    ['/../../etc/passwd', 404],
  ])('GET %s is answered with %i', async (url, status) => {
    expect(await say(`GET ${url} HTTP/1.1\r\nHost: evil.test:C\r\n\r\n`)).toMatch(
      new RegExp(`^HTTP/1.1 ${String(status)} `),
    );
  });

  test.each([
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
    ['length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['an odd encoding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['chunked before the last', 'Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    ['a blank before the colon', 'Content-Length : 4\r\n\r\nabcd'],
    ['a negative length', 'Content-Length: -1\r\n\r\n'],
    ['a length of two numbers', 'Content-Length: 1, 2\r\n\r\nab'],
    ['a bare carriage return', 'X: a\rY: b\r\n\r\n'],
    ['a NUL', 'X: a\0b\r\n\r\n'],
    ['a header without a name', ': x\r\n\r\n'],
    ['64 KiB of headers', `X: ${'x'.repeat(65_536)}\r\n\r\n`],
    ['20 000 headers', `${'X: y\r\n'.repeat(20_000)}\r\n`],
  ])('a request with %s is refused', async (_what, rest) => {
    expect(await say(`POST http://ok.test:O/ HTTP/1.1\r\nHost: x\r\n${rest}`)).toMatch(
      /^(HTTP\/1.1 4(00|31) |ConnectionResetError|BrokenPipeError)/,
    );
  });

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['HTTP/0.9', 'GET http://evil.test:C/\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\0\u0001\0\u0001\r\n\r\n'],
    ['SOCKS', '\u0005\u0001\0'],
    ['a control character in the URL', 'GET http://ok.test:O/\u0001 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s is refused', async (_what, text) => {
    expect(await say(text)).toMatch(/^(HTTP\/1.1 4|closed)/);
  });

  test('the host that is connected to is the one that is named, whatever the headers say', async () => {
    const answer = await attacker.ask(`
report(say(${json(
      filled(
        'GET http://ok.test:O/x HTTP/1.1\r\nHost: evil.test\r\nProxy-Authorization: Basic eDp5\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nUpgrade: websocket\r\nX-Kept: 2\r\n\r\n',
      ),
    )}.encode(), until=b'}]'))`);

    const [, body = ''] = String(answer).split('\r\n\r\n');
    expect(JSON.parse(body.slice(body.indexOf('['), body.lastIndexOf(']') + 1))).toEqual([
      ...['GET', '/x'],
      { host: `ok.test:${ports.origin}`, connection: 'close', 'x-kept': '2' },
    ]);
  });

  test('what follows a refused CONNECT is no request', async () => {
    const text =
      'CONNECT evil.test:C HTTP/1.1\r\nHost: x\r\n\r\nGET http://ok.test:O/ HTTP/1.1\r\nHost: x\r\n\r\n';

    const answer = String(await attacker.ask(`report(say(${json(filled(text))}.encode(), until=b'never'))`));

    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 403']);
  });

  test('each request of one connection is decided anew', async () => {
    const one = (url: string): string => `GET ${url} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const text = filled(one('http://ok.test:O/1') + one('http://evil.test:C/') + one('http://ok.test:O/2'));

    const answer = String(await attacker.ask(`report(say(${json(text)}.encode(), until=b'never'))`));

    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403']);
  });

  test.each([
    ['a port that is listened on', '127.0.0.1', 443],
    ['an address that stands for no name', '127.200.1.1', 80],
    ['the last of them', '127.255.255.254', 443],
    ['the proxy of a kernel that is not', '127.80.255.255', 80],
    ['names of a kernel that is not', '127.53.77.77', 53],
    ['the proxy, on another port', '127.80.0.1', 443],
    ['the proxy, on the port of names', '127.80.0.1', 53],
    ['names, on the port of the proxy', '127.53.0.1', 80],
    ['the canary’s port, here', '127.0.0.1', 0],
  ])('%s gives nothing', async (_what, host, port) => {
    const address = `('${host}', ${String(port || ports.canary)})`;

    expect(
      await attacker.ask(`report(say(b'GET http://ok.test/ HTTP/1.1\\r\\n\\r\\n', ${address}))`),
    ).toMatch(/^(ConnectionResetError|ConnectionRefusedError|BrokenPipeError|closed)$/);
  });

  test('there is no way by UDP, version 6, or around the names', async () => {
    expect(
      await attacker.ask(`
def reach(family, kind, address):
    with socket.socket(family, kind) as connection:
        connection.settimeout(5)
        def talk():
            connection.connect(address); connection.send(b'x'); connection.recv(1)
        return attempt(talk)
report([reach(socket.AF_INET, socket.SOCK_DGRAM, dns), reach(socket.AF_INET6, socket.SOCK_STREAM, ('::1', 80)),
        reach(socket.AF_INET, socket.SOCK_STREAM, ('1.1.1.1', 443)), reach(socket.AF_INET, socket.SOCK_DGRAM, ('8.8.8.8', 53)),
        reach(socket.AF_INET6, socket.SOCK_STREAM, ('2606:4700:4700::1111', 443)), reach(socket.AF_INET, socket.SOCK_STREAM, ('169.254.169.254', 80))])`),
    ).toEqual([
      'ECONNREFUSED',
      'ECONNREFUSED',
      'ENETUNREACH',
      'ENETUNREACH',
      expect.stringMatching(/^E/),
      'ENETUNREACH',
    ]);
  });

  test('code can listen in place of neither the proxy nor the names', async () => {
    expect(
      await attacker.ask(`
def take(host, port):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        def bind(): listener.bind((host, port)); listener.listen()
        return attempt(bind)
report([take(*proxy), take(*dns), take('127.128.0.1', 443), take('127.128.0.1', ${ports.canary}), take('0.0.0.0', ${ports.canary})])`),
    ).toEqual(['EACCES', 'EACCES', 'EACCES', 'EADDRINUSE', 'EADDRINUSE']);
  });

  test.each([
    ['a name', "query(b'ok.test')", [0, 1]],
    ['version 6', "query(b'ok.test', type=28)", [0, 0]],
    ['an address as a name', "query(b'127.0.0.1')", [3, 0]],
    ['the sandbox itself', "query(b'localhost')", [3, 0]],
    ['the name of an address', "query(b'1.0.0.127.in-addr.arpa', type=12)", [3, 0]],
    ['a label with a slash', "query(b'a/b.test')", [3, 0]],
    ['a label with a NUL', "query(b'a\\0b.test')", [3, 0]],
    ['a label with a line end', "query(b'a\\r\\nb.test')", [3, 0]],
    ['another class', "query(b'ok.test', klass=3)", [4, 0]],
    ['another operation', "query(b'ok.test', flags=0x2800)", [4, 0]],
    ['no question', "query(b'ok.test', count=0)", [1, 0]],
    ['an answer', "query(b'ok.test', flags=0x8180)", 'closed'],
    ['more questions than there are', "query(b'ok.test', count=65535)", 'closed'],
    ['a name that points to itself', "query(b'', raw=b'\\xc0\\x0c')", 'closed'],
    ['a name that points behind the end', "query(b'', raw=b'\\xc0\\xff')", 'closed'],
    ['a label of a kind that is not', "query(b'', raw=b'\\x80abc\\0')", 'closed'],
    ['nothing', "b'\\0\\0'", 'closed'],
    ['64 KiB', "b'\\xff\\xff' + bytes(70000)", 'closed'],
    ['noise', "b'\\0\\x20' + bytes(range(7, 39))", 'closed'],
  ])('asking for %s is answered soundly', async (_what, packet, expected) => {
    const answer = await attacker.ask(`report(ask(${packet}))`);

    if (expected === 'closed')
      expect(['closed', 'ConnectionResetError', 'BrokenPipeError']).toContain(answer);
    else expect(answer).toEqual(expected);
    expect(await attacker.ask("report(ask(query(b'ok.test')))")).toEqual([0, 1]);
  });

  describe('floods', () => {
    test('of connections meet a limit, and hurt no other sandbox', async () => {
      const other = await openAttacker(server, { sandbox_id: 'new' });
      await other.run(TALK);

      const refused = await attacker.ask(`
held, refused = [], 0
for _ in range(40):
    connection = socket.create_connection(proxy, timeout=5)
    connection.sendall(b'GET http://ok.test/ HTTP/1.1\\r\\nX-Slow: ')
    held.append(connection)
for connection in held:
    connection.settimeout(0.2)
    try: refused += connection.recv(1) == b''
    except TimeoutError: pass
    except OSError: refused += 1
report(refused)`);

      expect(refused).toBe(16);
      const get = `report(say(${json(filled('GET http://ok.test:O/ HTTP/1.1\r\nHost: x\r\n\r\n'))}.encode())[:12])`;
      expect(await other.ask(get)).toBe('HTTP/1.1 200');
      await attacker.run('for connection in held: connection.close()');
      await expect.poll(() => attacker.ask(get), SOON).toBe('HTTP/1.1 200');
    });

    test('of bytes that nobody takes stop, and are not kept', async () => {
      const stalled = await listening(createServer((socket) => socket.pause().on('error', () => undefined)));
      await using one = await user.startServer([
        ...[
          '--allow-private',
          `stalled.test:${String(portOf(stalled))}`,
          '--host-addresses',
          'stalled.test=127.0.0.1',
        ],
      ]);
      const sender = await openAttacker(one);
      await sender.run(TALK);

      const sent = await sender.ask(`
connection = socket.create_connection(proxy)
connection.sendall(b'CONNECT stalled.test:${String(portOf(stalled))} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
connection.recv(1000)
connection.settimeout(1)
sent = 0
try:
    while sent < 1 << 30: sent += connection.send(bytes(65536))
except TimeoutError: pass
report(sent)`);

      stalled.close();
      expect(sent).toBeLessThan(64 << 20);
    });
  });

  test('a half-closed connection gets its answer', async () => {
    const late = await listening(
      createServer({ allowHalfOpen: true }, (socket) => {
        let said = '';
        socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
        socket.on('end', () => socket.end(`heard ${said}`));
      }),
    );
    const port = String(portOf(late));
    await using one = await user.startServer([
      ...['--allow-private', `late.test:${port}`, '--host-addresses', 'late.test=127.0.0.1'],
    ]);
    const client = await openAttacker(one);

    const heard = await client.ask(`
with socket.create_connection(('late.test', ${port}), timeout=10) as connection:
    connection.sendall(b'all of it'); connection.shutdown(socket.SHUT_WR)
    answer = b''
    while chunk := connection.recv(100): answer += chunk
report(answer.decode())`);

    late.close();
    expect(heard).toBe('heard all of it');
  });

  test('of sandboxes that were killed no sockets and no namespaces are left', async () => {
    await using one = await user.startServer([
      ...['--allow-private', `ok.test:${ports.origin}`, '--host-addresses', 'ok.test=127.0.0.1'],
    ]);
    const namespaces: string[] = [];
    const useAndKill = async (): Promise<number> => {
      const client = await openAttacker(one, { sandbox_id: 'new' });
      await client.run(TALK);
      await client.ask(`
held = [socket.create_connection(('ok.test', ${ports.origin})) for _ in range(10)] + [socket.create_connection(proxy) for _ in range(10)]
report(len(held))`);
      namespaces.push(String(await client.ask("report(os.readlink('/proc/self/ns/net'))")));
      await one.call('kill_sandbox', { sandbox_id: client.sandboxId });
      return socketsOf(one.pid);
    };

    const first = await useAndKill();
    for (let i = 0; i < 5; i += 1) await useAndKill();

    // Each had more than thirty; the spare one, which comes and goes, has less than twenty.
    await expect.poll(() => socketsOf(one.pid), SOON).toBeLessThan(first + 40);
    await expect.poll(() => namespaces.filter((name) => namespacesInUse().has(name)), SOON).toEqual([]);
    await expect.poll(() => connectionsOf(origin), SOON).toBe(0);
  });
});

async function listening<T extends Server>(server: T): Promise<T> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

function socketsOf(pid: number): number {
  const folder = `/proc/${String(pid)}/fd`;
  return readdirSync(folder).filter((fd) => readLink(`${folder}/${fd}`).startsWith('socket:')).length;
}

function namespacesInUse(): Set<string> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Set(pids.map((pid) => readLink(`/proc/${pid}/ns/net`)));
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
