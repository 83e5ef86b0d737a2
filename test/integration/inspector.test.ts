import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runExternal } from '../helpers/external.ts';
import { type HttpTestServer, startHttpServer } from '../helpers/http-server.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** What it ends with where a tool answered with an error. */
const TOOL_ERROR = 5;

let folder: string;
let server: HttpTestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-'));
  server = await startHttpServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const TRANSPORTS: Readonly<Record<string, () => Target>> = {
  stdio: () => ({ options: ['--transport', 'stdio'], command: ['--', process.execPath, CLI] }),
  'Streamable HTTP': () => ({ options: [`${server.url}/mcp`, '--transport', 'http'] }),
  'HTTP+SSE': () => ({ options: [`${server.url}/sse`, '--transport', 'sse'] }),
};

describe.each(Object.entries(TRANSPORTS))('the Inspector over %s', (_name, target) => {
  test('lists the tools, and finds no error in their schemas', async () => {
    const { code, result, stderr } = await inspect(target(), 'tools/list');

    expect(code, stderr).toBe(0);
    expect((result?.tools ?? []).map(({ name }) => name)).toEqual([
      ...['create_context', 'run_code', 'list_contexts', 'kill_sandbox'],
      ...['read_file', 'write_file', 'list_files'],
    ]);
    expect(stderr).toContain('Schema portability: 0 errors');
  });

  test('calls a tool', async () => {
    const { code, result } = await run(target(), { language: 'python', code: '6 * 7' });

    expect(code).toBe(0);
    expect(result?.structuredContent).toMatchObject({ status: 'ok', state: 'kept', result: '42' });
  });

  test('is told of a cell that failed', async () => {
    const { code, result } = await run(target(), { language: 'python', code: '1 / 0' });

    expect(code).toBe(TOOL_ERROR);
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { status: 'error', error: { name: 'ZeroDivisionError' } },
    });
  });
});

interface Target {
  options: string[];
  command?: string[];
}

interface Inspected {
  code: number | null;
  result: { tools?: { name: string }[]; structuredContent?: unknown } | undefined;
  stderr: string;
}

async function run(target: Target, toolArguments: object): Promise<Inspected> {
  const call = ['--tool-name', 'run_code', '--tool-args-json', JSON.stringify(toolArguments)];
  return await inspect(target, 'tools/call', ...call);
}

async function inspect(
  { options, command = [] }: Target,
  method: string,
  ...more: string[]
): Promise<Inspected> {
  const args = ['--cli', ...options, '--method', method, ...more, '--format', 'json', ...command];
  const { code, stdout, stderr } = await runExternal('inspector', args, folder);
  const { result } = (stdout === '' ? {} : JSON.parse(stdout)) as Pick<Inspected, 'result'>;
  return { code, result, stderr };
}
