import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFixtureServer } from '../conformance/fixture-server.ts';
import { runExternal } from '../helpers/external.ts';
import { startHttpServer } from '../helpers/http-server.ts';

const EXPECTED_FAILURES = fileURLToPath(new URL('../conformance/expected-failures.yml', import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('the transports conform to revision 2025-11-25', async () => {
  await using server = await startFixtureServer();

  const report = await conformance(server.url);

  expect(report).toMatchObject({
    code: 0,
    scenarios: 33,
    // Not scored: it waits to become part of the suite. The SDK's McpServer cannot show the schema that it wants.
    failed: ['json-schema-2020-12'],
    total: 'Total: 77 passed, 1 failed',
  });
});

test('the server conforms to revision 2025-11-25 where it has what the suite asks for', async () => {
  await using server = await startHttpServer();

  const report = await conformance(server.url, '--expected-failures', EXPECTED_FAILURES);

  expect(report).toMatchObject({ code: 0, scenarios: 33, total: 'Total: 48 passed, 22 failed' });
  expect(report.passed).toEqual([
    ...['server-initialize', 'ping', 'tools-list', 'tools-call-simple-text', 'tools-call-error'],
    ...['server-sse-multiple-streams', 'resources-list', 'resources-subscribe', 'resources-unsubscribe'],
    ...['dns-rebinding-protection', 'server-session-lifecycle'],
  ]);
});

interface Report {
  code: number | null;
  scenarios: number;
  passed: string[];
  failed: string[];
  total: string | undefined;
}

async function conformance(url: string, ...options: string[]): Promise<Report> {
  const args = ['server', '--url', `${url}/mcp`, '--requirements', '2025-11-25', ...options];
  const { code, stdout } = await runExternal('conformance', args, folder);
  const results = [...stdout.matchAll(/^([✓✗]) (\S+): \d+ passed/gm)];
  const named = (mark: string): string[] =>
    results.filter(([, found]) => found === mark).map(([, , name = '']) => name);
  return {
    ...{ code, scenarios: results.length, passed: named('✓'), failed: named('✗') },
    total: /^Total: .*$/m.exec(stdout)?.[0],
  };
}
