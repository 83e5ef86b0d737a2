import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';
import { executionOutput } from '../../src/executions/render.ts';
import { TOOLS } from '../../src/tools/index.ts';

const serverEntry = z.strictObject({
  type: z.literal('stdio').optional(),
  command: z.literal('node'),
  args: z.tuple([z.string().regex(/^\/.*\/dist\/cli\.js$/)], z.string()),
  env: z.record(z.string(), z.string()).optional(),
});

const clientConfig = z.union([
  z.strictObject({ mcpServers: z.record(z.string(), serverEntry) }),
  z.strictObject({ servers: z.record(z.string(), serverEntry) }),
]);

const toolCall = z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()) });

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```json\n([^]*?)^```$/gm)].map(
  ([, text]) => JSON.parse(text ?? '') as unknown,
);
const links = [...new Set([...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? ''))];

describe('README', () => {
  test('stays short enough to be read', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(251);
  });

  test('shows a configuration for each client, tool calls, and an answer', () => {
    const kinds = blocks.map((block) => {
      if (clientConfig.safeParse(block).success) return 'configuration';
      if (toolCall.safeParse(block).success) return 'call';
      return executionOutput.safeParse(block).success ? 'answer' : 'unknown';
    });

    expect(kinds).toEqual(['configuration', 'configuration', 'call', 'call', 'answer']);
  });

  test.each(blocks.flatMap(entriesOf))('has an entry that starts the server: %j', ({ args, env = {} }) => {
    const [, ...argv] = args;

    expect(loadConfig(argv, env)).toMatchObject({ command: 'serve', settings: { memoryMiB: 2048 } });
  });

  test.each(blocks.flatMap(callsOf))('calls a tool with arguments that it takes: %j', (call) => {
    const tool = TOOLS.find(({ name }) => name === call.name);

    expect(tool?.input.safeParse(call.arguments)).toMatchObject({ success: true });
  });

  test.each(links)('links to a file that is there: %s', (path) => {
    expect(existsSync(new URL(`../../${path}`, import.meta.url))).toBe(true);
  });
});

function entriesOf(block: unknown): z.output<typeof serverEntry>[] {
  const { data } = clientConfig.safeParse(block);
  if (data === undefined) return [];
  return Object.values('mcpServers' in data ? data.mcpServers : data.servers);
}

function callsOf(block: unknown): z.output<typeof toolCall>[] {
  const { data } = toolCall.safeParse(block);
  return data === undefined ? [] : [data];
}
