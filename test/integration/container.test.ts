import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, whyNoContainers, writeSeccompProfile } from '../helpers/container-image.ts';
import { doctorInContainer, startContainer } from '../helpers/container.ts';
import { toolCalls } from '../helpers/server.ts';

const TOKEN = 'a-token-of-the-container-test';
const BUILD_DEADLINE_MS = 600_000;

const whyNot = whyNoContainers();

describe.skipIf(whyNot !== undefined)(`the image (${whyNot ?? 'with the rights of compose.yaml'})`, () => {
  let folder: string;
  let seccomp: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'container-'));
    seccomp = join(folder, 'seccomp.json');
    writeSeccompProfile(seccomp);
    buildImage();
  }, BUILD_DEADLINE_MS);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('serves clients with a token, and keeps their state', async () => {
    await using server = await startContainer({ seccomp }, `alice:${TOKEN}`);
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
