import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { SandboxPool } from '../../src/sandboxes/sandbox-pool.ts';
import type { SandboxDriver } from '../../src/sandboxes/sandbox.ts';
import { createServer } from '../../src/server.ts';
import { Session } from '../../src/sessions/session.ts';

const tools = await listTools();

/** The tools as a client sees them. */
async function listTools(): Promise<Tool[]> {
  const config = loadConfig([], {});
  if (config.command !== 'serve') throw new Error('no settings');
  const logger = createLogger('silent');
  const driver: SandboxDriver = {
    name: 'none',
    prepare: () => Promise.resolve(),
    createSandbox: () => Promise.reject(new Error('no sandbox is needed')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  await using session = new Session(config.settings, new SandboxPool(driver, config.settings, logger));
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '0' });
  await Promise.all([createServer(session, logger).connect(serverSide), client.connect(clientSide)]);
  return (await client.listTools()).tools;
}

/** Every object in a schema that is itself a schema or a group of them. */
function nodes(schema: unknown): Record<string, unknown>[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return [schema as Record<string, unknown>, ...Object.values(schema).flatMap(nodes)]; // just found to be an object
}

test('are those of the contract', () => {
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['create_context', 'run_code', 'kill_sandbox', 'list_contexts']),
  );
});

describe.each(tools)('$name', ({ title, description = '', annotations, inputSchema, outputSchema }) => {
  test('says what it does in a few lines', () => {
    expect(title).toMatch(/^[A-Z]/);
    expect(description).toMatch(/\.$/);
    expect(description.length).toBeLessThanOrEqual(600);
  });

  test('says what each argument is', () => {
    for (const [name, schema] of Object.entries(inputSchema.properties ?? {})) {
      expect({ name, ...schema }).toMatchObject({ description: expect.stringMatching(/\S/) as unknown });
    }
  });

  test('tells clients what it may do', () => {
    expect(annotations).toEqual({
      title,
      readOnlyHint: expect.any(Boolean) as unknown,
      destructiveHint: expect.any(Boolean) as unknown,
      idempotentHint: expect.any(Boolean) as unknown,
      openWorldHint: expect.any(Boolean) as unknown,
    });
  });

  // Clients hand schemas on to models that refuse unions at the top, references, and what is newer than draft-07.
  test.each([
    ['input', inputSchema],
    ['output', outputSchema],
  ])('has an %s schema that every client can read', (_, schema) => {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(['anyOf', 'oneOf', 'allOf', 'not', 'if'].filter((keyword) => keyword in (schema ?? {}))).toEqual(
      [],
    );
    const keys = new Set(nodes(schema).flatMap(Object.keys));
    const newer = [
      ...['$ref', '$defs', '$dynamicRef', '$anchor', 'prefixItems', 'minContains', 'maxContains'],
      ...['dependentRequired', 'dependentSchemas', 'unevaluatedItems', 'unevaluatedProperties'],
    ];
    expect(newer.filter((keyword) => keys.has(keyword))).toEqual([]);
  });
});
