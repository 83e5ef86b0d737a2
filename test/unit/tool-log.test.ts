import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import type { LogFields, Logger } from '../../src/logger.ts';
import { newId } from '../../src/ids.ts';
import { SandboxPool } from '../../src/sandboxes/sandbox-pool.ts';
import type { Sandbox, SandboxDriver } from '../../src/sandboxes/sandbox.ts';
import { createServer } from '../../src/server.ts';
import { Session } from '../../src/sessions/session.ts';
import { NO_FILES } from '../helpers/no-files.ts';

interface Line extends LogFields {
  message: string;
}

/** Keeps what is logged, with the fields of its parents. */
function collecting(lines: Line[], inherited: LogFields = {}): Logger {
  const log = (message: string, fields: LogFields = {}): void =>
    void lines.push({ ...inherited, ...fields, message });
  return {
    ...{ error: log, warn: log, info: log, debug: log },
    child: (fields) => collecting(lines, { ...inherited, ...fields }),
  };
}

test('a call that fails unexpectedly is logged with its session and the sandbox that it names', async () => {
  const config = loadConfig([], {});
  if (config.command !== 'serve') throw new Error('no settings');
  const lines: Line[] = [];
  const logger = collecting(lines);
  const sandbox: Sandbox = {
    id: newId('sb'),
    commands: {
      run: () => {
        throw new Error('a bug');
      },
    },
    files: NO_FILES,
    createContext: () => Promise.reject(new Error('a bug')),
    warmUp: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const driver: SandboxDriver = {
    name: 'broken',
    prepare: () => Promise.resolve(),
    createSandbox: () => Promise.resolve(sandbox),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  await using pool = new SandboxPool(driver, config.settings, logger);
  await using session = new Session(config.settings, pool);
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '0' });
  await Promise.all([createServer(session, logger).connect(serverSide), client.connect(clientSide)]);
  const create = (more: object): Promise<unknown> =>
    client.callTool({ name: 'create_context', arguments: { language: 'bash', ...more } });

  await create({});
  await create({ sandbox_id: sandbox.id });
  await client.callTool({ name: 'run_code', arguments: { context_id: 'x'.repeat(100), code: 'secret' } });

  const ids = { session: session.id, sandbox: sandbox.id };
  const failures = lines.filter(({ message }) => message === 'a tool failed unexpectedly');
  expect(failures).toEqual([
    expect.objectContaining({ session: session.id, tool: 'create_context' }),
    expect.objectContaining({ ...ids, tool: 'create_context' }),
  ]);
  expect(lines).toContainEqual({ message: 'a sandbox is in use', ...ids });
  expect(JSON.stringify(lines)).not.toMatch(/secret|xxx/);
});
