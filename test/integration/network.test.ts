import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { descendantsOf } from '../helpers/processes.ts';
import { startServer, type TestServer, textOf } from '../helpers/server.ts';

/** What code prints, and what it was kept from. */
async function run(server: TestServer, language: string, code: string): Promise<[string, string[]]> {
  const { stdout, stderr, error, blocked } = await server.run({ language }, code);
  return [stdout + stderr + (error?.message ?? ''), blocked];
}

describe('a server with the default network', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  test('names in the answer what it blocked, and what allows it', async () => {
    const code = `
import urllib.request
try:
    urllib.request.urlopen('https://api.example.com/')
except Exception:
    pass`;

    const answer = await server.call('run_code', { language: 'python', code });

    expect(answer.structuredContent).toMatchObject({ status: 'ok', blocked: ['api.example.com:443'] });
    expect(textOf(answer)).toContain(
      'note: network: blocked api.example.com:443; allow it with --allow-hosts api.example.com',
    );
  });

  test.each([
    [
      'by the proxy, plain',
      "curl -s -o /dev/null -w '%{http_code}' http://a.example.com/x",
      '403',
      'a.example.com:80',
    ],
    [
      'by the proxy, TLS',
      "curl -s -o /dev/null -w '%{http_connect}' https://b.example.com/; true",
      '403',
      'b.example.com:443',
    ],
    [
      'past the proxy, plain',
      "curl -s --noproxy '*' http://c.example.com/",
      'network: blocked c.example.com:80; allow it with --allow-hosts c.example.com\n',
      'c.example.com:80',
    ],
    [
      'past the proxy, TLS',
      "curl -s --noproxy '*' https://d.example.com/; echo $?",
      '35\n',
      'd.example.com:443',
    ],
    [
      'on an odd port',
      "curl -s -o /dev/null -w '%{http_connect}' https://e.example.com:8443/; true",
      '403',
      'e.example.com:8443',
    ],
    ['by address', "curl -s -o /dev/null -w '%{http_connect}' https://1.1.1.1/; true", '403', '1.1.1.1:443'],
    ['by name alone', 'getent hosts f.example.com >/dev/null', '', 'f.example.com:*'],
    [
      'on a port that is watched',
      'exec 9<>/dev/tcp/g.example.com/25; read <&9 2>/dev/null; true',
      '',
      'g.example.com:25',
    ],
  ])('sees what is tried %s', async (_how, code, said, target) => {
    const [output, blocked] = await run(server, 'bash', code);

    expect(output).toBe(said);
    expect(blocked).toEqual([target]);
  });

  test('tells two contexts of one sandbox apart', async () => {
    const contexts = await Promise.all(
      ['python', 'javascript'].map((language) => server.call('create_context', { language })),
    );
    const [python = '', javascript = ''] = contexts.map((made) =>
      String(made.structuredContent?.['context_id']),
    );

    const outputs = await Promise.all([
      server.run(
        { context_id: python },
        `
import socket, threading
def attempt(i):
    try: socket.create_connection((f'python{i}.example.com', 443)).recv(1)
    except OSError: pass
threads = [threading.Thread(target=attempt, args=(i,)) for i in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()`,
      ),
      server.run(
        { context_id: javascript },
        `
const names = Array.from({ length: 8 }, (_, i) => 'https://javascript' + i + '.example.com/');
await Promise.allSettled(names.map((name) => fetch(name)));`,
      ),
    ]);

    expect(outputs.map(({ blocked }) => [...blocked].sort())).toEqual(
      ['python', 'javascript'].map((name) =>
        Array.from({ length: 8 }, (_, i) => `${name}${i}.example.com:443`),
      ),
    );
  });

  test('names in the next execution what was tried between two', async () => {
    await server.run(
      { language: 'python' },
      `
import socket, threading
def late():
    gate.wait()
    try: socket.create_connection(('late.example.com', 443)).recv(1)
    except OSError: pass
    done.set()
gate, done = threading.Event(), threading.Event()
threading.Thread(target=late).start()`,
    );

    const { blocked } = await server.run({ language: 'python' }, 'gate.set(); done.wait()');

    expect(blocked).toEqual(['late.example.com:443']);
    expect((await server.run({ language: 'python' }, '1')).blocked).toEqual([]);
  });

  test('lists many, and has a note for the first ten', async () => {
    const code = 'for i in $(seq 60); do curl -s -o /dev/null https://n$i.example.com/; done; true';

    const { blocked, notes } = await server.run({ language: 'bash' }, code);

    expect(blocked).toHaveLength(50);
    expect(notes).toHaveLength(10);
  });

  test('listens again where the sandbox had to be started anew', async () => {
    await using other = await startServer();
    await run(other, 'bash', 'true');
    for (const { pid, command } of descendantsOf(other.pid))
      if (command === 'cat') process.kill(pid, 'SIGKILL');

    await run(other, 'bash', 'true'); // dies, or starts anew

    expect(await run(other, 'bash', 'curl -s http://anew.example.com/; true')).toEqual([
      expect.stringContaining('network: blocked anew.example.com:80'),
      ['anew.example.com:80'],
    ]);
  });

  test('names nothing for what is the sandbox’s own', async () => {
    const [output, blocked] = await run(
      server,
      'python',
      `
import http.server, socket, threading, urllib.request
class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'own')
    def log_message(self, *_): pass
own = http.server.HTTPServer(('127.0.0.1', 0), Hello)
threading.Thread(target=own.serve_forever, daemon=True).start()
for host in ('127.0.0.1', 'localhost', 'sandbox'):
    print(urllib.request.urlopen(f'http://{host}:{own.server_port}').read())
for name in ('nowhere.localhost', '1.0.0.127.in-addr.arpa'):
    try: socket.getaddrinfo(name, 80)
    except OSError as error: print(type(error).__name__)`,
    );

    expect(output).toBe("b'own'\nb'own'\nb'own'\ngaierror\ngaierror\n");
    expect(blocked).toEqual([]);
  });
});

describe('hosts that are allowed', () => {
  let origin: Server;
  let server: TestServer;

  beforeAll(async () => {
    origin = createServer((request, response) => {
      if (request.method === 'POST') request.pipe(response);
      else response.end(`${request.headers.host ?? ''}${request.url ?? ''}`);
    }).listen(0, '127.0.0.1');
    await once(origin, 'listening');
    const address = origin.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    server = await startServer([
      ...[
        '--allow-private',
        `api.test:${port}`,
        '--host-addresses',
        'api.test=127.0.0.1,rebound.test=10.0.0.1',
      ],
      ...['--allow-hosts', 'rebound.test'],
    ]);
    await server.run({ language: 'bash' }, `PORT=${port}`);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    origin.close();
  });

  test.each([
    ['by the proxy', 'curl -s http://api.test:$PORT/x'],
    ['past the proxy', "curl -s --noproxy '*' http://api.test:$PORT/x"],
    ['through a tunnel', 'curl -s --proxytunnel http://api.test:$PORT/x'],
  ])('are reached %s', async (_how, code) => {
    const [output, blocked] = await run(server, 'bash', code);

    expect(output).toMatch(/^api\.test:\d+\/x$/);
    expect(blocked).toEqual([]);
  });

  test.each([
    ['by the proxy', ''],
    ['past the proxy', "--noproxy '*'"],
    ['through a tunnel', '--proxytunnel'],
  ])('get and give megabytes unchanged %s', async (_how, option) => {
    const code = `
head -c 8000000 /dev/urandom >data
curl -s ${option} -H 'Expect:' --data-binary @data http://api.test:$PORT/ | cmp - data && echo same`;

    expect(await run(server, 'bash', code)).toEqual(['same\n', []]);
  });

  test('that turn out to be private are not reached, and named with what allows them', async () => {
    const { blocked, notes } = await server.run({ language: 'bash' }, 'curl -s http://rebound.test/; true');

    expect(blocked).toEqual(['rebound.test:80']);
    expect(notes).toEqual([
      'network: blocked rebound.test:80; it has a private address: allow it with --allow-private rebound.test:80',
    ]);
  });
});
