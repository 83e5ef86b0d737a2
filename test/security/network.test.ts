import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asEachUser, type Attacker, openAttacker } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

/** What connecting to addresses says, over TCP and UDP. */
const CONNECT = `
def connects(family, kind, address):
    with socket.socket(family, kind) as connection:
        connection.settimeout(5)
        def talk():
            connection.connect(address)
            connection.send(b'hello')
        return attempt(talk)
`;

asEachUser((user) => {
  let server: TestServer;
  let attacker: Attacker;

  beforeAll(async () => {
    server = await user.startServer(['--network', 'none']);
    attacker = await openAttacker(server);
    await attacker.run(CONNECT);
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  test('there is no interface but the loopback, and no route', async () => {
    const interfaces = 'report([name for _, name in socket.if_nameindex()])';

    expect(await user.onHost(interfaces)).not.toEqual(['lo']);
    expect(
      await attacker.ask(`
devices = [line.split(':')[0].strip() for line in open('/proc/net/dev') if ':' in line]
routes = open('/proc/net/route').read().strip().split('\\n')[1:]
report([devices, routes, sorted({line.split()[-1] for line in open('/proc/net/ipv6_route')} - {'lo'})])`),
    ).toEqual([['lo'], [], []]);
  });

  test.each([
    ['a public address', 'AF_INET', '1.1.1.1', 443],
    ['a resolver', 'AF_INET', '8.8.8.8', 53],
    ['the metadata of a cloud', 'AF_INET', '169.254.169.254', 80],
    ['a private network', 'AF_INET', '10.0.0.1', 80],
    ['a container’s gateway', 'AF_INET', '172.17.0.1', 80],
    ['a broadcast', 'AF_INET', '255.255.255.255', 9],
    ['a multicast', 'AF_INET', '224.0.0.251', 5353],
    ['a public address of version 6', 'AF_INET6', '2606:4700:4700::1111', 443],
    ['a mapped address', 'AF_INET6', '::ffff:1.1.1.1', 443],
  ])('nothing outside is reached: %s', async (_name, family, address, port) => {
    const answers = (await attacker.ask(
      `report([connects(socket.${family}, kind, ('${address}', ${String(port)})) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)])`,
    )) as string[];

    expect(answers).toHaveLength(2);
    for (const answer of answers) expect(answer).toMatch(/^E(NETUNREACH|ACCES|ADDRNOTAVAIL|HOSTUNREACH)$/);
  });

  test('names are not resolved, but those of the sandbox', async () => {
    expect(
      await attacker.ask(`
report([attempt(socket.getaddrinfo, name, 80) for name in ('example.com', 'metadata.google.internal', 'localhost')])`),
    ).toEqual(['gaierror', 'gaierror', 'ok']);
  });

  test('the network cannot be changed', async () => {
    expect(
      await attacker.ask(`
import fcntl
connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def ioctl(number): return attempt(fcntl.ioctl, connection, number, struct.pack('16sH30s', b'lo', 0x41, b''))
run = lambda *command: subprocess.run(command, capture_output=True).returncode == 0
report([ioctl(0x8914), ioctl(0x890B), ioctl(0x8916), ioctl(0x89a2), ioctl(0x8913),
        attempt(connection.setsockopt, socket.SOL_SOCKET, 25, b'lo') in ('ok', 'EPERM'), run('ip', 'link', 'add', 'x', 'type', 'dummy')])`),
    ).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'ok', true, false]);
  });

  describe('services of the host', () => {
    let tcp: Server;
    let visits = 0;

    beforeAll(async () => {
      tcp = createServer((socket) => {
        visits += 1;
        socket.end();
      });
      tcp.listen(0, '127.0.0.1');
      await once(tcp, 'listening');
    });

    afterAll(() => {
      tcp.close();
    });

    test('on its loopback are not reached over TCP', async () => {
      const address = tcp.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const probe = `report([connects(socket.AF_INET, socket.SOCK_STREAM, (host, ${port})) for host in ('127.0.0.1', 'localhost', '0.0.0.0')])`;

      expect(await user.onHost(CONNECT + probe)).toEqual(['ok', 'ok', 'ok']);
      await expect.poll(() => visits).toBe(3);
      expect(await attacker.ask(probe)).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']);
      expect(visits).toBe(3);
    });

    test('on its loopback are not reached over UDP', async () => {
      const udp = createSocket('udp4');
      const heard: string[] = [];
      udp.on('message', (message) => heard.push(message.toString()));
      udp.bind(0, '127.0.0.1');
      await once(udp, 'listening');
      const send = (text: string): string =>
        `socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'${text}', ('127.0.0.1', ${udp.address().port})); report(1)`;

      await attacker.ask(send('sandbox'));
      const message = once(udp, 'message');
      await user.onHost(send('host'));
      await message;

      expect(heard).toEqual(['host']);
      udp.close();
    });

    test('on Unix sockets, named or abstract, are not reached', async () => {
      const path = join(user.home, 'service.sock');
      const name = `sandcell-test-${String(process.pid)}-${String(user.uid)}`;
      const service = spawn('/usr/bin/python3', ['-c', LISTEN, path, name], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(service.stdout, 'data');
      using _service = { [Symbol.dispose]: () => service.kill() };
      const probe = `
report([connects(socket.AF_UNIX, socket.SOCK_STREAM, address) for address in ('${path}', '\\0${name}')])`;

      expect(await user.onHost(CONNECT + probe)).toEqual(['ok', 'ok']);
      expect(await attacker.ask(probe)).toEqual(['ENOENT', 'ECONNREFUSED']);
    });
  });

  test('the loopback is one for the contexts of a sandbox, and another one for each sandbox', async () => {
    const neighbour = await openAttacker(server, { sandbox_id: attacker.sandboxId });
    const stranger = await openAttacker(server, { sandbox_id: 'new' });
    for (const context of [neighbour, stranger]) await context.run(CONNECT);
    const port = (await attacker.ask(`
listener = socket.create_server(('127.0.0.1', 0), backlog=50)
hidden = socket.socket(socket.AF_UNIX); hidden.bind('\\0hidden'); hidden.listen(50)
report(listener.getsockname()[1])`)) as number;
    const probe = `
report([connects(socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', ${port})), connects(socket.AF_UNIX, socket.SOCK_STREAM, '\\0hidden')])`;

    expect(await neighbour.ask(probe)).toEqual(['ok', 'ok']);
    expect(await stranger.ask(probe)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });
});

const LISTEN = `
import socket, sys
path, name = sys.argv[1:]
listeners = []
for address in (path, '\\0' + name):
    listener = socket.socket(socket.AF_UNIX); listener.bind(address); listener.listen(); listeners.append(listener)
import os
os.chmod(path, 0o666)
print('ready', flush=True)
import time
time.sleep(600)
`;
