import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, whyNoContainers, writeSeccompProfile } from '../helpers/container-image.ts';
import { doctorInContainer, startContainer } from '../helpers/container.ts';
import { until } from '../helpers/cells.ts';
import { send } from '../helpers/http-requests.ts';
import { toolCalls } from '../helpers/server.ts';

const TOKEN = 'a-token-of-the-container-test';
const BUILD_DEADLINE_MS = 600_000;

const NO_CAPABILITY = '0'.repeat(16);
/** What the server's process may do, and where its user can make files. */
const PROBE = `
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const pid = readdirSync('/proc').find(
  (name) => /^\\d+$/.test(name) && readFileSync('/proc/' + name + '/cmdline', 'utf8').startsWith('node\\0/srv/sandcell'),
);
const status = Object.fromEntries(
  [...readFileSync('/proc/' + pid + '/status', 'utf8').matchAll(/^(Uid|Cap\\w+|NoNewPrivs|Seccomp):\\s+(.*)$/gm)].map(
    ([, name, value]) => [name, value.replaceAll('\\t', ' ')],
  ),
);
const folders = ['/', '/etc', '/home/node', '/srv/sandcell', '/usr/local', '/tmp', '/var/cache', '/var/cache/sandcell', '/var/tmp'];
const writable = folders.filter((folder) => {
  try {
    writeFileSync(folder + '/probe', '');
    return true;
  } catch {
    return false;
  }
});
console.log(JSON.stringify({ status, writable }));`;

const whyNot = whyNoContainers();

describe.skipIf(whyNot !== undefined)(`the image (${whyNot ?? 'with the rights of compose.yaml'})`, () => {
  let folder: string;
  let seccomp: string;
  let tokens: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'container-'));
    seccomp = join(folder, 'seccomp.json');
    tokens = join(folder, 'tokens');
    writeFileSync(tokens, `alice:${TOKEN}\n`);
    chmodSync(folder, 0o755); // user 1000 reads the tokens
    writeSeccompProfile(seccomp);
    buildImage();
  }, BUILD_DEADLINE_MS);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('serves clients with a token, and keeps their state', async () => {
    await using server = await startContainer({ seccomp }, tokens);
    const client = new Client({ name: 'test', version: '0' });
    const headers = { Authorization: `Bearer ${TOKEN}` };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers } }),
    );
    const { run } = toolCalls(client);

    for (const language of ['python', 'javascript']) {
      await run({ language }, 'x = 41');
      expect(await run({ language }, 'x + 1')).toMatchObject({ status: 'ok', state: 'kept', result: '42' });
    }
    await run({ language: 'bash' }, 'x=42');
    expect(await run({ language: 'bash' }, 'echo $x')).toMatchObject({ status: 'ok', stdout: '42\n' });
    await client.close();
    expect(await send(`${server.url}/mcp`)).toMatchObject({ status: 401 });
  });

  test('passes its health check, and ends well when it is stopped', async () => {
    await using server = await startContainer({ seccomp }, tokens);

    await until('it is healthy', () => server.health() === 'healthy');

    expect(await server.stop()).toBe(0);
  });

  test('runs without any privilege, and can write to /tmp and its cache alone', async () => {
    await using server = await startContainer({ seccomp }, tokens);

    const { status, writable } = JSON.parse(server.run(PROBE)) as Record<string, unknown>;

    expect(status).toEqual({
      Uid: '1000 1000 1000 1000',
      ...Object.fromEntries(
        ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((set) => [set, NO_CAPABILITY]),
      ),
      ...{ NoNewPrivs: '1', Seccomp: '2' },
    });
    expect(writable).toEqual(['/tmp', '/var/cache/sandcell']);
  });

  test('passes the doctor: filtered calls, no network, no way to the host', () => {
    const { ok, checks } = doctorInContainer({ seccomp });

    expect(checks.filter(({ status }) => status === 'failure')).toEqual([]);
    expect(ok).toBe(true);
    const passed = checks.filter(({ status }) => status === 'ok').map(({ name }) => name);
    expect(passed).toEqual(
      expect.arrayContaining(['container', 'sandbox', 'core_pattern', 'seccomp', 'network']),
    );
  });

  test.each(['seccomp', 'systempaths'])('says what is missing without the option %s', (without) => {
    const { ok, checks } = doctorInContainer({ seccomp, without });

    expect(ok).toBe(false);
    expect(checks).toContainEqual(
      expect.objectContaining({
        ...{ name: 'container', status: 'failure' },
        fix: expect.stringContaining(without) as unknown,
      }),
    );
  });
});
