import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { collect, type ExecutionResult } from '../../src/executions/collect.ts';
import { createLogger } from '../../src/logger.ts';
import { BubblewrapDriver } from '../../src/sandboxes/bubblewrap/driver.ts';
import { SandboxPool } from '../../src/sandboxes/sandbox-pool.ts';
import { Session } from '../../src/sessions/session.ts';
import { languages } from '../helpers/languages.ts';

// The MCP SDK sends no answer to a cancelled call: what the outcome of its cell says is seen below the protocol only.

const LIMITS = { headBytes: 100_000, tailBytes: 1000 };

test.each(languages)(
  'the outcome of an interrupted $language cell says so, and that its state is kept',
  async (row) => {
    await using host = openSession();
    const { session } = host;
    const target = { language: row.language };
    const stop = new AbortController();
    const code = row.endless[0]?.code ?? '';

    const { events } = await session.run({ code, target, timeoutMs: 30_000 }, stop.signal);
    const interrupted = await collect(events, LIMITS, () => {
      stop.abort(new Error('no longer wanted')); // its first output says that it runs
    });
    const next = await run(session, row.print('next'));

    expect(interrupted).toMatchObject({ status: 'interrupted', state: 'kept', executionCount: 1 });
    expect(interrupted.stdout.read().toString()).toBe('ready\n');
    expect(next).toMatchObject({ status: 'ok', executionCount: 2, notes: [] });

    async function run(owner: Session, cell: string): Promise<ExecutionResult> {
      const { events: its } = await owner.run(
        { code: cell, target, timeoutMs: 30_000 },
        new AbortController().signal,
      );
      return await collect(its, LIMITS, () => undefined);
    }
  },
);

test('a caller that takes no more events interrupts the cell', async () => {
  await using host = openSession();
  const { session } = host;
  const target = { language: 'python' } as const;
  const signal = new AbortController().signal;

  const run = await session.run(
    { code: "x = 1\nprint('ready')\nwhile True:\n    pass", target, timeoutMs: 30_000 },
    signal,
  );
  for await (const event of run.events) if (event.type === 'stdout') break;
  const next = await session.run({ code: 'x', target, timeoutMs: 30_000 }, signal);

  expect(await collect(next.events, LIMITS, () => undefined)).toMatchObject({
    ...{ status: 'ok', state: 'kept', result: { 'text/plain': '1' }, notes: [] },
  });
});

/** A session on the real driver, without a protocol before it. */
function openSession(): AsyncDisposable & { session: Session } {
  const config = loadConfig([], {});
  if (config.command !== 'serve') throw new Error('no settings');
  const logger = createLogger('silent');
  const driver = new BubblewrapDriver(config.settings, logger);
  const pool = new SandboxPool(driver, config.settings, logger);
  const session = new Session(config.settings, pool);
  return {
    session,
    [Symbol.asyncDispose]: async () => {
      await session[Symbol.asyncDispose]();
      await pool[Symbol.asyncDispose]();
      await driver[Symbol.asyncDispose]();
    },
  };
}
