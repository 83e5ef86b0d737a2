import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../src/processes/run-command.ts';
import { startFront, type TestFront } from '../helpers/test-front.ts';
import { TestRegistry } from '../helpers/test-registry.ts';

const CONTENT = Buffer.from('what would be a package');

function digest(algorithm: string, encoding: 'hex' | 'base64'): string {
  return createHash(algorithm).update(CONTENT).digest(encoding);
}

describe('npm', () => {
  const ABBREVIATED = 'application/vnd.npm.install-v1+json';

  function packument(name: string, tarball: string, dist: Record<string, string>): string {
    const versions = {
      '1.0.0': { name, version: '1.0.0', dist: { tarball, ...dist } },
      '2.0.0': { broken: true },
    };
    return JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions });
  }

  async function frontOf(npmrc: string): Promise<TestFront> {
    return startFront({ files: { '.npmrc': npmrc }, variables: { TOKEN_OF_TEST: 'from-variable' } });
  }

  test('packages, scoped or not, their versions, tags and tarballs come through the front', async () => {
    await using registry = await TestRegistry.start();
    const integrity = `sha512-${digest('sha512', 'base64')}`;
    registry.serve('/r/thing', packument('thing', `${registry.url}/r/odd/name.tgz`, { integrity }));
    registry.serve(
      '/r/@a%2fb',
      packument('@a/b', `${registry.url}/r/b.tgz`, { shasum: digest('sha1', 'hex') }),
    );
    for (const place of ['/r/odd/name.tgz', '/r/b.tgz']) registry.serve(place, CONTENT);
    await using front = await frontOf(`registry=${registry.url}/r`);
    const json = async (place: string): Promise<unknown> =>
      JSON.parse((await front.get(place)).body.toString());
    const tarball = `${front.base}/npm/thing/-/thing-1.0.0.tgz`;

    expect(await json('/npm/thing')).toMatchObject({
      versions: { '1.0.0': { dist: { tarball, integrity } } },
    });
    expect(await json('/npm/thing/latest')).toMatchObject({ version: '1.0.0', dist: { tarball } });
    expect(await json('/npm/-/package/thing/dist-tags')).toEqual({ latest: '1.0.0' });
    expect(await json('/npm/-/ping')).toEqual({});
    const abbreviated = await front.get('/npm/@a%2fb', { headers: { accept: ABBREVIATED } });
    expect(abbreviated.type).toBe(ABBREVIATED);
    expect(abbreviated.body.toString()).toContain(`${front.base}/npm/@a/b/-/b-1.0.0.tgz`);
    for (const place of [
      '/npm/thing/-/thing-1.0.0.tgz',
      '/npm/@a/b/-/b-1.0.0.tgz',
      '/npm/@a/b/-/b-1.0.0.tgz',
    ])
      expect(await front.get(place)).toMatchObject({ status: 200, body: CONTENT, isWhole: true });
    expect(registry.countOf('/r/b.tgz')).toBe(1);
  });

  test.each([
    {
      algorithm: 'sha512',
      dist: { integrity: `sha512-${createHash('sha512').update('other').digest('base64')}` },
    },
    { algorithm: 'sha1', dist: { shasum: '0'.repeat(40) } },
  ])('a tarball with a wrong $algorithm never arrives as a whole', async ({ algorithm, dist }) => {
    await using registry = await TestRegistry.start();
    registry.serve('/thing', packument('thing', `${registry.url}/t.tgz`, dist));
    registry.serve('/t.tgz', CONTENT);
    await using front = await frontOf(`registry=${registry.url}`);

    const first = await front.get('/npm/thing/-/thing-1.0.0.tgz');
    const second = await front.get('/npm/thing/-/thing-1.0.0.tgz');

    expect(first.isWhole).toBe(false);
    expect(second.status).toBe(502);
    expect(JSON.parse(second.body.toString())).toEqual({
      error: expect.stringContaining(algorithm) as unknown,
    });
  });

  test('each registry gets its own credentials, and no other host any', async () => {
    await using registry = await TestRegistry.start();
    await using scoped = await TestRegistry.start();
    await using elsewhere = await TestRegistry.start();
    const integrity = `sha512-${digest('sha512', 'base64')}`;
    registry.serve('/thing', packument('thing', `${elsewhere.url}/t.tgz`, { integrity }));
    scoped.serve('/deep/@our%2fthing', packument('@our/thing', `${scoped.url}/files/t.tgz`, {}));
    for (const { answers } of [scoped, elsewhere])
      answers.set('/files/t.tgz', (response) =>
        response.writeHead(302, { Location: `${elsewhere.url}/t.tgz` }).end(),
      );
    elsewhere.serve('/t.tgz', CONTENT);
    const [host, scopedHost] = [registry.url.slice(5), scoped.url.slice(5)];
    await using front = await frontOf(
      [
        `registry=${registry.url}/`,
        `@our:registry=${scoped.url}/deep/`,
        `${host}/:_authToken=plain`,
        `${scopedHost}/deep/:_authToken=\${TOKEN_OF_TEST}`,
      ].join('\n'),
    );

    expect(await front.get('/npm/thing/-/thing-1.0.0.tgz')).toMatchObject({ body: CONTENT });
    expect(await front.get('/npm/@our/thing/-/thing-1.0.0.tgz')).toMatchObject({ body: CONTENT });

    expect(registry.asked).toEqual([{ path: '/thing', authorization: 'Bearer plain' }]);
    expect(scoped.asked).toEqual([
      { path: '/deep/@our%2fthing', authorization: 'Bearer from-variable' },
      { path: '/files/t.tgz', authorization: 'Bearer from-variable' },
    ]);
    expect(elsewhere.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  test.each([
    { symptom: 'no JSON', content: 'hello', status: 502 },
    { symptom: 'JSON of another form', content: '{"versions": 3}', status: 502 },
    {
      symptom: 'a tarball on another protocol',
      content: packument('thing', 'file:///etc/passwd', {}),
      status: 502,
    },
    {
      symptom: 'no such version',
      content: packument('thing', 'x', {}).replaceAll('1.0.0', '1.0.1'),
      status: 404,
    },
    { symptom: 'a version named like a method', content: '{"versions":{}}', status: 404 },
  ])('$symptom is told as $status', async ({ content, status, symptom }) => {
    await using registry = await TestRegistry.start();
    registry.serve('/thing', content);
    await using front = await frontOf(`registry=${registry.url}`);

    const version = symptom.includes('method') ? 'constructor' : '1.0.0';
    expect(await front.get(`/npm/thing/-/thing-${version}.tgz`)).toMatchObject({ status });
  });

  test.each([
    ...[
      '/npm/',
      '/npm/..',
      '/npm/.hidden',
      '/npm/@a',
      '/npm/@a/..%2fb',
      '/npm/a%2fb',
      '/npm/thing/-/other-1.0.0.tgz',
    ],
    ...[
      '/npm/thing/-/thing-..%2f.tgz',
      '/npm/thing/-/thing-1.0.0.zip',
      '/npm/-/v1/search',
      '/npm/-/npm/v1/user',
    ],
    ...[
      '/npm/-/package/..%2fx/dist-tags',
      '/npm/@a/b/c/d',
      '/npm/thing/1.0.0/more',
      '/npm/%40a%2fb%2f..%2fc',
    ],
  ])('is not passed on: %s', async (place) => {
    await using registry = await TestRegistry.start();
    await using front = await frontOf(`registry=${registry.url}`);

    expect(await front.get(place)).toMatchObject({ status: 404 });
    expect(registry.asked).toEqual([]);
  });
});

describe('Go', () => {
  async function frontOf(variables: Record<string, string>): Promise<TestFront> {
    return startFront({ variables: { GOSUMDB: 'off', ...variables } });
  }

  test('lists, versions and archives come from the first proxy that has them', async () => {
    await using first = await TestRegistry.start();
    await using second = await TestRegistry.start();
    first.serve('/example.com/m/@v/list', 'v1.0.0\n');
    second.serve('/example.com/!m2/@v/v1.0.0.zip', CONTENT);
    second.serve('/example.com/!m2/@latest', '{"Version":"v1.0.0"}');
    await using front = await frontOf({ GOPROXY: `${first.url},${second.url},direct` });

    expect((await front.get('/go/example.com/m/@v/list')).body.toString()).toBe('v1.0.0\n');
    for (let time = 0; time < 2; time += 1)
      expect(await front.get('/go/example.com/!m2/@v/v1.0.0.zip')).toMatchObject({
        status: 200,
        body: CONTENT,
      });
    expect((await front.get('/go/example.com/!m2/@latest')).body.toString()).toBe('{"Version":"v1.0.0"}');
    expect(await front.get('/go/example.com/none/@v/list')).toMatchObject({ status: 404 });
    expect(second.countOf('/example.com/!m2/@v/v1.0.0.zip')).toBe(1);
  });

  test.each([
    { separator: ',', status: 504 },
    { separator: '|', status: 200 },
  ])('after a proxy that fails, "$separator" means $status', async ({ separator, status }) => {
    await using first = await TestRegistry.start();
    await using second = await TestRegistry.start();
    first.answers.set('/example.com/m/@v/list', (response) => response.writeHead(500).end());
    second.serve('/example.com/m/@v/list', 'v1.0.0\n');
    await using front = await frontOf({ GOPROXY: `${first.url}${separator}${second.url}` });

    expect(await front.get('/go/example.com/m/@v/list')).toMatchObject({ status });
  });

  test('names of private modules go to no proxy', async () => {
    await using proxy = await TestRegistry.start();
    await using front = await frontOf({
      GOPROXY: proxy.url,
      GOPRIVATE: '*.corp.example.com,example.com/secret',
    });

    for (const place of ['git.corp.example.com/x', 'example.com/secret/deep']) {
      const got = await front.get(`/go/${place}/@v/list`);
      expect(got.status).toBe(404);
      expect(got.reason).toContain('GOPRIVATE');
    }
    expect(await front.registries.environment(front.base)).toMatchObject({
      GOPROXY: `${front.base}/go`,
      ...{ GOPRIVATE: '', GONOPROXY: 'none', GOSUMDB: 'off' },
      GONOSUMDB: '*.corp.example.com,example.com/secret',
    });
    expect(proxy.asked).toEqual([]);
  });

  test('the database of checksums is passed on by the proxy, or asked itself', async () => {
    await using proxy = await TestRegistry.start();
    await using database = await TestRegistry.start();
    const key = 'sum.example.com+12345678+AAAA';
    proxy.serve('/sumdb/sum.example.com/supported', '');
    proxy.serve('/sumdb/sum.example.com/tile/8/0/x001/234', 'from the proxy');
    database.serve('/lookup/example.com/m@v1.0.0', 'from the database');
    const variables = { GOSUMDB: `${key} ${database.url}` };
    await using passing = await frontOf({ GOPROXY: proxy.url, ...variables });
    await using asking = await frontOf({ GOPROXY: database.url, ...variables });

    const sum = '/go/sumdb/sum.example.com';
    expect(await passing.get(`${sum}/supported`)).toMatchObject({ status: 200 });
    expect((await passing.get(`${sum}/tile/8/0/x001/234`)).body.toString()).toBe('from the proxy');
    expect((await asking.get(`${sum}/lookup/example.com/m@v1.0.0`)).body.toString()).toBe(
      'from the database',
    );
    expect(await passing.get('/go/sumdb/other.example.com/supported')).toMatchObject({ status: 404 });
    expect((await passing.registries.environment('http://127.0.0.1'))['GOSUMDB']).toBe(key);
  });

  test.each([
    ...['/go/', '/go/example.com', '/go/example.com/@v/', '/go/example.com/@v/v1.0.0.exe', '/go/@latest'],
    ...['/go/example.com/../x/@latest', '/go/example.com/..%2fx/@v/list', '/go/example.com/%2e%2e/@v/list'],
    ...[
      '/go/Example.com/x/@v/list',
      '/go/example.com/@v/..%2fv1.mod',
      '/go/.git/@v/list',
      '/go/a//b/@v/list',
    ],
    ...['/go/sumdb/sum.example.com/../../x', '/go/sumdb/', '/go/example.com/x@y/@v/list'],
  ])('is not passed on: %s', async (place) => {
    await using proxy = await TestRegistry.start();
    await using front = await frontOf({ GOPROXY: proxy.url });

    expect(await front.get(place)).toMatchObject({ status: 404 });
    expect(proxy.asked).toEqual([]);
  });
});

describe('Maven', () => {
  async function frontOf(settings: string): Promise<TestFront> {
    return startFront({ files: { '.m2/settings.xml': `<settings>${settings}</settings>` } });
  }

  const JAR = '/org/example/thing/1.0/thing-1.0.jar';

  test('artifacts are checked by the sums beside them, and come from the first repository that has them', async () => {
    await using first = await TestRegistry.start();
    await using second = await TestRegistry.start();
    second.serve(JAR, CONTENT);
    second.serve(`${JAR}.sha1`, `${digest('sha1', 'hex')}  thing-1.0.jar\n`);
    second.serve('/org/example/thing/maven-metadata.xml', '<metadata/>', 'text/xml');
    const repositories = [first, second].map(
      ({ url }, at) => `<repository><id>r${at}</id><url>${url}</url></repository>`,
    );
    await using front = await frontOf(
      `<profiles><profile><id>p</id><repositories>${repositories.join('')}</repositories></profile></profiles>
       <activeProfiles><activeProfile>p</activeProfile></activeProfiles>
       <mirrors><mirror><id>none</id><mirrorOf>central</mirrorOf><url>${first.url}</url></mirror></mirrors>`,
    );

    for (let time = 0; time < 2; time += 1)
      expect(await front.get(`/maven${JAR}`)).toMatchObject({ status: 200, body: CONTENT, isWhole: true });
    expect((await front.get(`/maven${JAR}.sha1`)).body.toString()).toContain(digest('sha1', 'hex'));
    expect((await front.get('/maven/org/example/thing/maven-metadata.xml')).body.toString()).toBe(
      '<metadata/>',
    );
    expect(second.countOf(JAR)).toBe(1);
  });

  test('a wrong sum is told, and the mirror alone gets its credentials', async () => {
    await using mirror = await TestRegistry.start();
    mirror.serve(JAR, CONTENT);
    mirror.serve(`${JAR}.sha1`, '0'.repeat(40));
    await using front = await frontOf(
      `<mirrors><mirror><id>m</id><mirrorOf>*</mirrorOf><url>${mirror.url}</url></mirror></mirrors>
       <servers><server><id>m</id><username>me</username><password>hidden-word</password></server></servers>`,
    );

    const first = await front.get(`/maven${JAR}`);
    const second = await front.get(`/maven${JAR}`);

    expect(first.isWhole).toBe(false);
    expect(second).toMatchObject({ status: 502 });
    const authorization = `Basic ${Buffer.from('me:hidden-word').toString('base64')}`;
    expect(mirror.asked[0]).toEqual({ path: `${JAR}.sha1`, authorization });
    expect(front.registries.mavenSettings(front.base)).not.toContain('hidden-word');
    expect(await front.registries.hosts()).toContainEqual({
      host: '127.0.0.1',
      port: Number(new URL(mirror.url).port),
    });
  });

  test.each([
    '/maven/',
    '/maven/a',
    '/maven/a/../b',
    '/maven/a/.git/config',
    '/maven/a/b%2fc',
    '/maven/a/b c',
  ])('is not passed on: %s', async (place) => {
    await using mirror = await TestRegistry.start();
    await using front = await frontOf(
      `<mirrors><mirror><id>m</id><mirrorOf>*</mirrorOf><url>${mirror.url}</url></mirror></mirrors>`,
    );

    expect((await front.get(place.replace(' ', '%20'))).status).toBe(404);
    expect(mirror.asked).toEqual([]);
  });
});

describe('from the real registries of this host', () => {
  test('pip, npm and go install through the front', { timeout: 180_000 }, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sandcell-installs-'));
    await using front = await startFront({
      variables: { ...process.env, XDG_CACHE_HOME: `${folder}/cache` },
    });
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      ...{ PIP_NO_CACHE_DIR: '1', GOMODCACHE: `${folder}/go`, GOFLAGS: '-modcacherw' },
      ...(await front.registries.environment(front.base)),
    };
    const run = async (...argv: [string, ...string[]]): Promise<unknown> => {
      const { code, stderr } = await runCommand(argv, { timeoutMs: 120_000, env });
      return code === 0 ? 0 : stderr;
    };

    try {
      const pip = ['python3', '-m', 'pip'] as const;
      expect(await run(...pip, 'download', '--no-deps', '--dest', `${folder}/wheels`, 'six==1.16.0')).toBe(0);
      expect(await run('npm', 'install', '--prefix', `${folder}/npm`, 'is-odd@3.0.1')).toBe(0);
      expect(await run('go', 'mod', 'download', 'golang.org/x/text@v0.14.0')).toBe(0);
      expect(
        await run(...pip, 'download', '--no-deps', '--dest', folder, 'six-no-such-package-xyz'),
      ).toContain('No matching');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
