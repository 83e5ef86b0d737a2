import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';

const entrySchema = z.strictObject({
  type: z.literal('stdio').optional(),
  command: z.literal('node'),
  args: z.tuple([z.string().regex(/^\/.*\/dist\/cli\.js$/)], z.string()),
  env: z.record(z.string(), z.string()).optional(),
});

/** `mcpServers` is what Claude Desktop, Claude Code and Cursor read; `servers` what VS Code reads. */
const exampleSchema = z.strictObject({
  mcpServers: z.record(z.string(), entrySchema),
  servers: z.record(z.string(), entrySchema),
});

const file = new URL('../../mcp.json.example', import.meta.url);
const example = exampleSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const entries = [example.mcpServers, example.servers].flatMap((servers) => Object.values(servers));

test.each(entries)('the entry %j starts the server', ({ args, env = {} }) => {
  const [, ...argv] = args;

  expect(loadConfig(argv, env)).toMatchObject({ command: 'serve', settings: { memoryMiB: 2048 } });
});
