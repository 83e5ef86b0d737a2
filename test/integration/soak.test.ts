import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { startServer, type TestServer } from '../helpers/server.ts';

const SANDBOXES = 125;
const LANGUAGES = ['python', 'bash', 'bash', 'python', 'bash', 'javascript', 'bash', 'python'];
/** Node's heap swings by some MB between collections; a leak of 1000 contexts would be above that. */
const MAX_GROWTH_MIB = 40;

test('a thousand contexts created and killed leave nothing behind', { timeout: 400_000 }, async () => {
  // What dies young is collected early, so that the memory shows what stays.
  const env = { NODE_OPTIONS: '--max-semi-space-size=1' };
  await using server = await startServer(['--log-level', 'error'], env);
  for (let round = 0; round < 10; round += 1) await liveAndDie(server);
  const before = held(server);

  for (let round = 0; round < SANDBOXES; round += 1) await liveAndDie(server);

  const after = held(server);
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 40); // a spare sandbox may stand by, or not
  expect(after.folders).toEqual([]);
  expect(after.rssMiB - before.rssMiB).toBeLessThan(MAX_GROWTH_MIB);
  expect(server.stderr()).toBe('');
  const { pid } = server;
  await server[Symbol.asyncDispose]();
  expect(
    readdirSync(runtimeParent()).filter((name) => new RegExp(`^sandcell-\\d+-${String(pid)}-`).test(name)),
  ).toEqual([]);
  expect(cgroupsOf(pid)).toEqual([]);
});

/** A sandbox with eight contexts, each of which keeps a value from one cell to the next. */
async function liveAndDie(server: TestServer): Promise<void> {
  const first = await server.call('create_context', { language: 'python', sandbox_id: 'new' });
  const sandboxId = String(first.structuredContent?.['sandbox_id']);
  const ids = await Promise.all(
    LANGUAGES.slice(1).map(async (language) => {
      const made = await server.call('create_context', { language, sandbox_id: sandboxId });
      const contextId = String(made.structuredContent?.['context_id']);
      await server.run({ context_id: contextId }, SET[language] ?? '');
      const read = await server.run({ context_id: contextId }, GET[language] ?? '');
      expect(read.stdout).toBe('42\n');
      return contextId;
    }),
  );
  const killed = await server.call('kill_sandbox', { sandbox_id: sandboxId });
  expect(killed.structuredContent).toMatchObject({
    killed: [{ contexts_lost: expect.arrayContaining(ids) as unknown }],
  });
}

const SET: Record<string, string> = { python: 'x = 42', bash: 'x=42', javascript: 'const x = 42' };
const GET: Record<string, string> = { python: 'print(x)', bash: 'echo $x', javascript: 'console.log(x)' };

/** What the server holds while it has no sandbox in use; a spare may stand by. */
function held({ pid }: TestServer): { descriptors: number; rssMiB: number; folders: string[] } {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const ours =
    readdirSync(runtimeParent()).find((name) => new RegExp(`^sandcell-\\d+-${String(pid)}-`).test(name)) ??
    '';
  const sandboxes = readdirSync(`${runtimeParent()}/${ours}`).filter((name) => /^sb\d/.test(name));
  return {
    descriptors: readdirSync(`/proc/${String(pid)}/fd`).length,
    rssMiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
    folders: sandboxes.slice(1), // one is the spare's
  };
}

function runtimeParent(): string {
  return process.env['XDG_RUNTIME_DIR'] ?? tmpdir();
}

function cgroupsOf(pid: number): string[] {
  try {
    return (readdirSync('/sys/fs/cgroup', { recursive: true }) as string[]).filter((path) =>
      new RegExp(`sandcell-\\d+-${String(pid)}-`).test(path),
    );
  } catch {
    return []; // no control groups on this host
  }
}
