import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/processes/run-command.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const folder = mkdtempSync('/tmp/sandcell-clients-');
let plain: Server;
let secure: Server;
let server: TestServer;

beforeAll(async () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = await runCommand(
    [
      ...([
        'openssl',
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
      ] as const),
      ...['-days', '2', '-subj', '/CN=api.test', '-addext', 'subjectAltName=DNS:api.test'],
      ...['-keyout', key, '-out', cert],
    ],
    { timeoutMs: 20_000 },
  );
  if (made.code !== 0) throw new Error(made.stderr);
  const answer: RequestListener = (request, response) => response.end(`hello ${request.url ?? ''}`);
  plain = await listening(createHttpServer(answer));
  secure = await listening(createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer));
  server = await startServer([
    ...['--allow-private', `api.test:${portOf(plain)},api.test:${portOf(secure)}`],
    ...['--host-addresses', 'api.test=127.0.0.1'],
  ]);
  const files = `
cat >/workspace/ca.pem <<'END'
${readFileSync(cert, 'utf8')}END
printf '%s' http://api.test:${portOf(plain)}/x >/workspace/plain
printf '%s' https://api.test:${portOf(secure)}/x >/workspace/secure`;
  expect((await server.run({ language: 'bash' }, files)).status).toBe('ok');
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  plain.close();
  secure.close();
  rmSync(folder, { recursive: true });
});

/** Each prints what it got by both ways. */
const clients: readonly [what: string, language: string, code: string][] = [
  ['curl', 'bash', 'curl -sS "$(cat plain)"; echo; curl -sS --cacert ca.pem "$(cat secure)"; echo'],
  [
    'urllib of Python',
    'python',
    `
import ssl, urllib.request
trust = ssl.create_default_context(cafile='ca.pem')
print(urllib.request.urlopen(open('plain').read()).read().decode())
print(urllib.request.urlopen(open('secure').read(), context=trust).read().decode())`,
  ],
  [
    'http.client of Python, which knows no proxy',
    'python',
    `
import http.client, ssl, urllib.parse
for name in ('plain', 'secure'):
    url = urllib.parse.urlsplit(open(name).read())
    trust = ssl.create_default_context(cafile='ca.pem')
    one = http.client.HTTPSConnection(url.netloc, context=trust) if name == 'secure' else http.client.HTTPConnection(url.netloc)
    one.request('GET', url.path); print(one.getresponse().read().decode())`,
  ],
  [
    'fetch of Node',
    'bash',
    `NODE_EXTRA_CA_CERTS=ca.pem node --input-type=module -e "
import { readFileSync } from 'node:fs';
for (const name of ['plain', 'secure']) console.log(await (await fetch(readFileSync(name, 'utf8'))).text());"`,
  ],
  [
    'node:http and node:https',
    'javascript',
    `
const { readFileSync } = await import('node:fs');
for (const name of ['plain', 'secure']) {
  const { get } = await import(name === 'plain' ? 'node:http' : 'node:https');
  const response = await new Promise((resolve, reject) => get(readFileSync(name, 'utf8'), { ca: readFileSync('ca.pem') }, resolve).on('error', reject));
  for await (const chunk of response) console.log(String(chunk));
}`,
  ],
  [
    'HttpClient and URL of Java',
    'java',
    `
import java.net.*; import java.net.http.*; import java.nio.file.*; import java.security.*; import java.security.cert.*; import javax.net.ssl.*;
KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
store.load(null, null);
store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(Files.newInputStream(Path.of("ca.pem"))));
TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
trust.init(store);
SSLContext tls = SSLContext.getInstance("TLS");
tls.init(null, trust.getTrustManagers(), null);
HttpClient client = HttpClient.newBuilder().sslContext(tls).build();
System.out.println(new String(new URL(Files.readString(Path.of("plain"))).openStream().readAllBytes()));
System.out.println(client.send(HttpRequest.newBuilder(URI.create(Files.readString(Path.of("secure")))).build(), HttpResponse.BodyHandlers.ofString()).body());`,
  ],
  [
    'net/http of Go',
    'go',
    `
import ("crypto/tls"; "crypto/x509"; "fmt"; "io"; "net/http"; "os")
func text(name string) []byte { b, err := os.ReadFile("/workspace/" + name); if err != nil { panic(err) }; return b }
pool := x509.NewCertPool()
pool.AppendCertsFromPEM(text("ca.pem"))
for _, transport := range []*http.Transport{{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: pool}}} {
	for _, name := range []string{"plain", "secure"} {
		response, err := (&http.Client{Transport: transport}).Get(string(text(name)))
		if err != nil { panic(err) }
		body, _ := io.ReadAll(response.Body)
		fmt.Println(string(body))
	}
}`,
  ],
];

test.each(clients)('%s reaches an allowed host unchanged', async (_what, language, code) => {
  const { stdout, stderr, error, blocked } = await server.run({ language }, code);

  expect([stdout, stderr, error, blocked]).toEqual(['hello /x\nhello /x\n', '', null, []]);
});

describe('a package registry of this machine’s configuration', () => {
  test('is reached as this machine reaches it', async () => {
    const asked = await runCommand(['npm', 'config', 'get', 'registry'], {
      timeoutMs: 30_000,
      env: { HOME: process.env['HOME'] ?? '/', PATH: process.env['PATH'] ?? '' },
    });
    const registry = new URL('is-number', asked.stdout.trim()).href;
    const ask = `curl -s -o /dev/null -m 30 -w '%{http_code}' ${registry} || true`;
    const onHost = await runCommand(['sh', '-c', ask], { timeoutMs: 40_000 });

    const { stdout, blocked } = await server.run({ language: 'bash' }, ask);

    expect([stdout, blocked]).toEqual([onHost.stdout, []]);
  });
});

async function listening<T extends Server>(listener: T): Promise<T> {
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return listener;
}

function portOf(listener: Server): string {
  const address = listener.address();
  return typeof address === 'object' ? String(address?.port) : '';
}
