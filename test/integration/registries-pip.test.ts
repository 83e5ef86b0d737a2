import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startFront, type TestFront } from '../helpers/test-front.ts';
import { TestRegistry } from '../helpers/test-registry.ts';

const WHEEL = Buffer.from('what would be a wheel');
const NAME = 'thing-1.0-py3-none-any.whl';
const FILE = `/pypi/files/thing/${NAME}`;
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

/** An index with one project, `thing`, whose file has the hash of WHEEL whatever it is. */
async function startIndex(content = WHEEL): Promise<TestRegistry> {
  const index = await TestRegistry.start();
  index.serve('/simple/thing/', linkTo(`../../files/${NAME}`), 'text/html');
  index.serve(`/files/${NAME}`, content);
  return index;
}

function linkTo(href: string, hash = `sha256=${sha256(WHEEL)}`): string {
  return `<a href="${href}#${hash}" data-requires-python="&gt;=3.8" data-yanked="">${NAME}</a>`;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function frontOf(index: { url: string }, more: Record<string, string> = {}): Promise<TestFront> {
  return startFront({ variables: { PIP_INDEX_URL: `${index.url}/simple`, ...more } });
}

describe('a page of a project', () => {
  test('has links to the front and everything else that the index says, in HTML', async () => {
    await using index = await startIndex();
    await using front = await frontOf(index);

    const { status, type, body } = await front.get('/pypi/simple/Thing/');

    expect({ status, type }).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
    const link = `<a href="${front.base}${FILE}#sha256=${sha256(WHEEL)}" data-requires-python="&gt;=3.8" data-yanked="">${NAME}</a>`;
    expect(body.toString()).toContain(link);
    expect(body.toString()).not.toContain(index.url);
  });

  test('has the same in JSON where the client takes it, whichever the index speaks', async () => {
    await using index = await startIndex();
    await using front = await frontOf(index);
    const expected = {
      filename: NAME,
      url: `${front.base}${FILE}`,
      hashes: { sha256: sha256(WHEEL) },
      'requires-python': '>=3.8',
      yanked: true,
      'core-metadata': false,
    };

    await using other = await TestRegistry.start();
    const page = { files: [{ ...expected, url: `${other.url}/x/${NAME}` }, { filename: 'no file' }] };
    other.serve('/simple/thing/', JSON.stringify(page), `${JSON_TYPE}; charset=utf-8`);
    await using frontOfOther = await frontOf(other);

    const fromHtml = await front.get('/pypi/simple/thing/', { headers: { accept: JSON_TYPE } });
    const fromJson = await frontOfOther.get('/pypi/simple/thing/', { headers: { accept: JSON_TYPE } });

    expect(fromHtml.type).toBe(JSON_TYPE);
    expect(JSON.parse(fromHtml.body.toString())).toEqual({
      meta: { 'api-version': '1.0' },
      name: 'thing',
      files: [expected],
    });
    expect(JSON.parse(fromJson.body.toString())).toEqual({
      meta: { 'api-version': '1.0' },
      name: 'thing',
      files: [{ ...expected, url: `${frontOfOther.base}${FILE}` }],
    });
  });

  test('holds the files of all indexes and of find-links, the first of a name', async () => {
    await using index = await startIndex();
    await using extra = await TestRegistry.start();
    const links = ['thing-1.0-py3-none-any.whl', 'thing-2.0.tar.gz'].map(
      (name) => `<a href="/f/${name}">x</a>`,
    );
    extra.serve('/simple/thing/', links.join(''), 'text/html');
    await using front = await startFront({
      files: {
        '.config/pip/pip.conf': `[global]\nindex-url = ${index.url}/simple\n[install]\nextra-index-url =\n  ${extra.url}/simple/\nfind-links = ~/wheels\n`,
        'wheels/thing-3.0.zip': 'of the host',
        'wheels/other-1.0.zip': 'of another project',
        'wheels/secret.txt': 'no package',
      },
    });

    const page = await front.get('/pypi/simple/thing/', { headers: { accept: JSON_TYPE } });
    const local = await front.get('/pypi/files/thing/thing-3.0.zip');

    const { files } = JSON.parse(page.body.toString()) as { files: { filename: string; hashes: object }[] };
    expect(files.map(({ filename, hashes }) => [filename, Object.keys(hashes)])).toEqual([
      ['thing-3.0.zip', []],
      [NAME, ['sha256']],
      ['thing-2.0.tar.gz', []],
    ]);
    expect(local.body.toString()).toBe('of the host');
    expect((await front.get('/pypi/files/thing/secret.txt')).status).toBe(404);
    expect((await front.get('/pypi/files/other/thing-3.0.zip')).status).toBe(404);
  });
});

describe('a file', () => {
  test('is downloaded once, for all who ask at the same time and for those who come later', async () => {
    await using index = await startIndex();
    await using front = await frontOf(index);

    const together = await Promise.all(Array.from({ length: 8 }, async () => front.get(FILE)));
    const later = await front.get(FILE);

    for (const got of [...together, later])
      expect(got).toMatchObject({ status: 200, body: WHEEL, isWhole: true });
    expect(index.countOf(`/files/${NAME}`)).toBe(1);
  });

  test('arrives while it is still on its way', async () => {
    await using index = await startIndex();
    let finish = (): void => undefined;
    index.answers.set(`/files/${NAME}`, (response) => {
      response.writeHead(200, { 'Content-Length': WHEEL.length }).write(WHEEL.subarray(0, 10));
      finish = () => void response.end(WHEEL.subarray(10));
    });
    await using front = await frontOf(index);

    const response = await fetch(`${front.base}${FILE}`);
    const reader = response.body?.getReader();
    const first: unknown = (await reader?.read())?.value;
    finish();
    const rest: unknown = (await reader?.read())?.value;

    expect(Buffer.from(first as Uint8Array)).toEqual(WHEEL.subarray(0, 9)); // the last byte waits for the hash
    expect(rest).toBeDefined();
  });

  test.each([
    { of: 'the same length', content: Buffer.from('WHAT WOULD BE A WHEEL') },
    { of: 'another length', content: Buffer.from('short') },
    { of: 'no length', content: Buffer.alloc(0) },
  ])('with a wrong hash, of $of, never arrives as a whole and is not kept', async ({ content }) => {
    await using index = await startIndex(content);
    await using front = await frontOf(index);

    const first = await front.get(FILE);
    const second = await front.get(FILE);

    expect(first.isWhole).toBe(false);
    expect(second).toMatchObject({ status: 502 });
    expect(second.reason).toContain('does not have the sha256 hash that its index says');
    expect(await readdir(path.join(front.home, '.cache/sandcell/downloads/blobs'))).toEqual([]);
  });

  test('that is cut in the middle is cut for the client too, and comes whole the next time', async () => {
    await using index = await startIndex();
    index.answers.set(`/files/${NAME}`, (response) => {
      response
        .writeHead(200, { 'Content-Length': WHEEL.length })
        .write(WHEEL.subarray(0, 10), () => response.destroy());
    });
    await using front = await frontOf(index);

    const cut = await front.get(FILE);
    index.serve(`/files/${NAME}`, WHEEL);
    const whole = await front.get(FILE);

    expect(cut.isWhole).toBe(false);
    expect(whole).toMatchObject({ status: 200, body: WHEEL, isWhole: true });
  });

  test('leaves nothing on the disk when the server ends in the middle of it', async () => {
    await using index = await startIndex();
    index.answers.set(`/files/${NAME}`, (response) => {
      response.writeHead(200, { 'Content-Length': WHEEL.length }).write(WHEEL.subarray(0, 10));
    });
    await using front = await frontOf(index);
    const response = await fetch(`${front.base}${FILE}`);
    await response.body?.getReader().read();

    await front.registries[Symbol.asyncDispose]();

    const folder = path.join(front.home, '.cache/sandcell/downloads');
    expect(await readdir(path.join(folder, 'partial'))).toEqual([]);
    expect(await readdir(path.join(folder, 'blobs'))).toEqual([]);
  });

  test('comes also where somebody has removed the folder of the cache', async () => {
    await using index = await startIndex();
    await using front = await frontOf(index);
    await front.get('/pypi/simple/thing/');
    await rm(path.join(front.home, '.cache/sandcell'), { recursive: true });

    expect(await front.get(FILE)).toMatchObject({ status: 200, body: WHEEL, isWhole: true });
    expect(await readdir(path.join(front.home, '.cache/sandcell/downloads/blobs'))).toHaveLength(1);
  });

  test('without a hash in the index comes through, and is not kept', async () => {
    await using index = await startIndex();
    index.serve('/simple/thing/', `<a href="/files/${NAME}">x</a>`, 'text/html');
    await using front = await frontOf(index);

    await front.get(FILE);
    const again = await front.get(FILE);

    expect(again).toMatchObject({ status: 200, body: WHEEL });
    expect(index.countOf(`/files/${NAME}`)).toBe(2);
  });

  test('that was damaged on the disk is not given out, and is downloaded anew', async () => {
    await using index = await startIndex();
    await using front = await frontOf(index);
    await front.get(FILE);
    await writeFile(
      path.join(front.home, `.cache/sandcell/downloads/blobs/sha256-${sha256(WHEEL)}`),
      'damaged',
    );

    const damaged = await front.get(FILE);
    const anew = await front.get(FILE);

    expect(damaged.isWhole).toBe(false);
    expect(anew).toMatchObject({ status: 200, body: WHEEL, isWhole: true });
  });

  test('goes when others are used and the cache is full', async () => {
    await using index = await TestRegistry.start();
    const contents = [1, 2, 3, 4].map((number) => Buffer.alloc(400_000, number));
    const names = contents.map((_content, number) => `thing-${number}.zip`);
    const links = names.map(
      (name, at) => `<a href="/f/${name}#sha256=${sha256(contents[at] ?? WHEEL)}">x</a>`,
    );
    index.serve('/simple/thing/', links.join(''), 'text/html');
    names.forEach((name, at) => index.serve(`/f/${name}`, contents[at] ?? WHEEL));
    const variables = { PIP_INDEX_URL: `${index.url}/simple` };
    await using front = await startFront({ variables, settings: ['--download-cache-mib', '1'] });

    for (const name of names)
      expect(await front.get(`/pypi/files/thing/${name}`)).toMatchObject({ isWhole: true });

    const folder = path.join(front.home, '.cache/sandcell/downloads/blobs');
    await expect.poll(async () => (await readdir(folder)).length, { timeout: 10_000 }).toBeLessThanOrEqual(2);
    const newest = await readFile(path.join(folder, `sha256-${sha256(contents[3] ?? WHEEL)}`));
    expect(newest.equals(contents[3] ?? WHEEL)).toBe(true);
  });
});

describe('credentials of the host', () => {
  test('go to their index alone: not to hosts of files, and not along redirects', async () => {
    await using index = await startIndex();
    await using other = await TestRegistry.start();
    const elsewhere = `${other.url.replace('127.0.0.1', 'localhost')}/files/${NAME}`;
    index.serve('/simple/thing/', linkTo(elsewhere), 'text/html');
    index.answers.set('/simple/moved/', (response) =>
      response.writeHead(302, { Location: `${other.url}/moved/` }).end(),
    );
    index.answers.set('/simple/near/', (response) =>
      response.writeHead(302, { Location: '/simple/thing/' }).end(),
    );
    other.serve(`/files/${NAME}`, WHEEL);
    other.serve('/moved/', linkTo(`/files/${NAME}`), 'text/html');
    const withSecret = index.url.replace('//', '//user:pa%2Fss@');
    await using front = await startFront({ variables: { PIP_INDEX_URL: `${withSecret}/simple` } });

    expect(await front.get(FILE)).toMatchObject({ status: 200, body: WHEEL });
    expect(await front.get('/pypi/simple/moved/')).toMatchObject({ status: 404 }); // of another project's files
    expect(await front.get('/pypi/simple/near/')).toMatchObject({ status: 404 });

    const authorization = `Basic ${Buffer.from('user:pa/ss').toString('base64')}`;
    expect(index.asked).toEqual([
      { path: '/simple/thing/', authorization },
      { path: '/simple/moved/', authorization },
      { path: '/simple/near/', authorization },
      { path: '/simple/thing/', authorization },
    ]);
    expect(other.asked.map((asked) => asked.authorization)).toEqual([undefined, undefined]);
  });

  test('are taken from netrc, and stand in no answer', async () => {
    await using index = await startIndex();
    index.answers.set('/simple/refused/', (response) => response.writeHead(401).end('who are you'));
    await using front = await startFront({
      files: { '.netrc': 'machine 127.0.0.1\n  login me\n  password hidden-word\n' },
      variables: { PIP_INDEX_URL: `${index.url}/simple` },
    });

    const page = await front.get('/pypi/simple/thing/');
    const refused = await front.get('/pypi/simple/refused/');

    expect(index.asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:hidden-word').toString('base64')}`);
    expect(refused.status).toBe(403);
    expect(refused.reason).toContain('refused this (401)');
    for (const { body, reason, headers } of [page, refused])
      expect(`${body.toString()}${reason}${JSON.stringify(headers)}`).not.toMatch(/hidden-word|Basic/);
  });
});

describe('a registry that fails', () => {
  test.each([
    {
      symptom: 'is not there',
      status: 504,
      reason: /could not be reached: .*ECONNREFUSED.*may be offline/,
      port: true,
    },
    { symptom: 'answers 500', status: 504, reason: /answered with status 500/, answer: 500 },
    { symptom: 'answers 418', status: 502, reason: /answered with status 418/, answer: 418 },
    { symptom: 'does not have it', status: 404, reason: /no index of pip has a package thing/, answer: 404 },
  ])('and $symptom is told as $status with the reason', async ({ status, reason, answer, port }) => {
    await using index = await startIndex();
    index.answers.set('/simple/thing/', (response) => response.writeHead(answer ?? 200).end());
    if (port === true) await index[Symbol.asyncDispose]();
    await using front = await frontOf(index);

    const got = await front.get('/pypi/simple/thing/');

    expect(got.status).toBe(status);
    expect(got.reason).toMatch(reason);
    expect(got.body.toString().trim()).toBe(got.reason);
  });

  test.each([
    {
      what: 'a page of another type',
      type: 'text/plain',
      content: Buffer.from('hello'),
      reason: /not in the form/,
    },
    { what: 'broken JSON', type: JSON_TYPE, content: Buffer.from('{"files": ['), reason: /not in the form/ },
    { what: 'JSON without files', type: JSON_TYPE, content: Buffer.from('[]'), reason: /not in the form/ },
    {
      what: 'more than 64 MiB',
      type: 'text/html',
      content: Buffer.alloc(65 * 1_048_576),
      reason: /more than 64 MiB/,
    },
    {
      what: 'little that unpacks to more than 64 MiB',
      type: 'text/html',
      content: gzipSync(Buffer.alloc(65 * 1_048_576)),
      encoding: 'gzip',
      reason: /more than 64 MiB/,
    },
  ])('with $what is told as 502', async ({ type, content, encoding, reason }) => {
    await using index = await startIndex();
    index.answers.set('/simple/thing/', (response) => {
      response
        .writeHead(200, { 'Content-Type': type, ...(encoding && { 'Content-Encoding': encoding }) })
        .end(content);
    });
    await using front = await frontOf(index);

    const got = await front.get('/pypi/simple/thing/');

    expect(got.status).toBe(502);
    expect(got.reason).toMatch(reason);
  });

  test('leaves what it said before in use, and the answer says so', async () => {
    await using index = await startIndex();
    const expired = (response: ServerResponse): void => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(linkTo(`/files/${NAME}`));
    };
    index.answers.set('/simple/thing/', expired);
    await using front = await frontOf(index);
    await front.get(FILE);
    await index[Symbol.asyncDispose]();
    await ageDocuments(front.home);

    const page = await front.get('/pypi/simple/thing/');
    const file = await front.get(FILE);

    expect(page).toMatchObject({ status: 200, isWhole: true });
    expect(page.headers['warning']).toContain('110 sandcell');
    expect(file).toMatchObject({ status: 200, body: WHEEL });
  });

  test('redirects without end, or to another protocol, is told as 502', async () => {
    await using index = await startIndex();
    const redirect = (to: string) => (response: ServerResponse) =>
      void response.writeHead(302, { Location: to }).end();
    index.answers.set('/simple/thing/', redirect('/simple/thing/'));
    index.answers.set('/simple/other/', redirect('file:///etc/passwd'));
    await using front = await frontOf(index);

    expect(await front.get('/pypi/simple/thing/')).toMatchObject({ status: 502 });
    expect(await front.get('/pypi/simple/other/')).toMatchObject({ status: 502 });
    expect(index.countOf('/simple/thing/')).toBe(6);
  });

  test.each(['http://169.254.169.254/latest/', 'http://[fe80::1]/', 'http://[::ffff:169.254.169.254]/'])(
    'and leads to %s is not followed',
    async (target) => {
      await using index = await startIndex();
      index.serve('/simple/thing/', linkTo(`${target}${NAME}`), 'text/html');
      index.answers.set(
        '/simple/moved/',
        (response) => void response.writeHead(302, { Location: target }).end(),
      );
      await using front = await frontOf(index);

      for (const place of [FILE, '/pypi/simple/moved/']) {
        const { status, reason } = await front.get(place);
        expect({ status, reason }).toEqual({
          status: 502,
          reason: expect.stringContaining('no registry can be') as unknown,
        });
      }
    },
  );

  test('is told to pip where pip shows it', async () => {
    await using index = await startIndex();
    await index[Symbol.asyncDispose]();
    await using front = await frontOf(index);

    const got = await front.get('/pypi/simple/thing/', { headers: { 'user-agent': 'pip/23.2.1 {}' } });

    expect(got.status).toBe(200);
    expect(got.type).toMatch(/^text\/plain \(sandcell: the package registry for pip could not be reached/);
  });
});

describe('what no package manager asks for', () => {
  test.each([
    { what: '/', target: '/' },
    { what: '/pypi', target: '/pypi' },
    { what: '/pypi/', target: '/pypi/' },
    { what: '/pypi/simple/', target: '/pypi/simple/' },
    { what: '/nothing/simple/thing/', target: '/nothing/simple/thing/' },
    { what: '/pypi/simple/../../etc/passwd', target: '/pypi/simple/../../etc/passwd' },
    { what: '/pypi/simple/..%2f..%2fetc/', target: '/pypi/simple/..%2f..%2fetc/' },
    { what: '/pypi/simple/%2e%2e/', target: '/pypi/simple/%2e%2e/' },
    { what: '/pypi/simple/thing%2f..%2f..%2fsecret/', target: '/pypi/simple/thing%2f..%2f..%2fsecret/' },
    { what: '/pypi/simple/thing%00/', target: '/pypi/simple/thing%00/' },
    { what: '/pypi/simple/thing%0d%0aX:%20y/', target: '/pypi/simple/thing%0d%0aX:%20y/' },
    { what: '/pypi/simple/a%5cb/', target: '/pypi/simple/a%5cb/' },
    { what: '/pypi/simple/%zz/', target: '/pypi/simple/%zz/' },
    { what: '/pypi/simple/thing/extra/', target: '/pypi/simple/thing/extra/' },
    { what: '/pypi/simple//thing/', target: '/pypi/simple//thing/' },
    { what: '/pypi/files/thing/../../../etc/passwd', target: '/pypi/files/thing/../../../etc/passwd' },
    { what: '/pypi/files/thing/%2fetc%2fpasswd', target: '/pypi/files/thing/%2fetc%2fpasswd' },
    { what: '/pypi/files/thing/never-named.whl', target: '/pypi/files/thing/never-named.whl' },
    { what: '/pypi/upload/thing/', target: '/pypi/upload/thing/' },
    { what: 'a name of 200 characters', target: `/pypi/simple/${'a'.repeat(200)}/` },
    { what: 'a path of 4000 characters', target: `/pypi/simple/${'a/'.repeat(2000)}` },
    { what: 'http://other.example.com/secret', target: 'http://other.example.com/secret' },
  ])('is not passed on: $what', async ({ target }) => {
    await using index = await startIndex();
    await using front = await frontOf(index);

    const { status, reason } = await front.get(target);

    expect({ status, isExplained: reason.startsWith('sandcell: ') }).toEqual({
      status: 404,
      isExplained: true,
    });
    expect(index.asked.filter(({ path }) => path !== '/simple/thing/')).toEqual([]);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    '%s is refused: the front is read-only',
    async (method) => {
      await using index = await startIndex();
      await using front = await frontOf(index);

      const got = await front.get('/pypi/simple/thing/', { method });

      expect(got).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
      expect(got.reason).toContain('read-only');
      expect(index.asked).toEqual([]);
    },
  );

  test('HEAD has the headers alone', async () => {
    await using index = await startIndex();
    await using front = await frontOf(index);

    const got = await front.get(FILE, { method: 'HEAD' });

    expect(got).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(got.headers['content-length']).toBe(String(WHEEL.length));
  });
});

/** As if a day had passed since they were fetched. */
async function ageDocuments(home: string): Promise<void> {
  const folder = path.join(home, '.cache/sandcell/downloads/documents');
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const content = await readFile(file, 'latin1');
    await writeFile(file, content.replace(/"fetchedAtMs":\d+/, '"fetchedAtMs":1'), 'latin1');
  }
}
