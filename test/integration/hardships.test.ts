import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childrenOf } from '../../src/processes/proc.ts';
import { newContext } from '../helpers/cells.ts';
import { startServer, textOf, type TestServer } from '../helpers/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer(['--processes', '64', '--max-sandboxes-per-session', '8']);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test('a sandbox whose namespaces were killed starts anew under its id, and says what is lost', async () => {
  const { context_id, sandbox_id } = await newContext(server, 'python', { sandbox_id: 'new' });
  const running = server.run(
    { context_id },
    "open('/workspace/file', 'w').close()\nimport signal\nsignal.pause()",
  );
  await server.run(
    await newContext(server, 'bash', { sandbox_id }).then(idOf),
    'until [ -e /workspace/file ]; do :; done',
  );
  killAnchors(server.pid);

  const died = await running;
  const next = await server.run({ context_id }, "import os\nos.listdir('/workspace')");

  expect(died).toMatchObject({ status: 'kernel_died', state: 'lost', error: { name: 'KernelDied' } });
  expect(next).toMatchObject({ status: 'ok', result: '[]', execution_count: 2 });
  expect(next.notes).toEqual([
    expect.stringMatching(
      /^fresh kernel: the variables of execution 1 are lost \(.*ended with its sandbox\)$/,
    ),
    'the files of the sandbox are lost too',
  ]);
});

test('a Python kernel can be interrupted however often', async () => {
  const { context_id } = await newContext(server, 'python');
  await server.run({ context_id }, 'kept = 41');

  for (let count = 0; count < 400; count += 1) {
    const { status, state } = await server.run({ context_id }, 'while True: pass', { timeout_ms: 1 });
    expect({ count, status, state }).toEqual({ count, status: 'timeout', state: 'kept' });
  }

  expect(await server.run({ context_id }, 'kept + 1')).toMatchObject({ status: 'ok', result: '42' });
});

test('a kernel for which the sandbox has no room is refused with the limits and a way out', async () => {
  const { sandbox_id } = await newContext(server, 'javascript', { sandbox_id: 'new' });
  // Without control groups, processes are counted for each kernel by itself.
  const countsProcesses = server.stderr().includes('"limits":"cgroup');
  let refusal = '';
  for (let count = 0; count < 20 && refusal === ''; count += 1) {
    const made = await server.call('create_context', { language: 'javascript', sandbox_id });
    if (made.isError) refusal = textOf(made);
  }

  const refused =
    /^CONTEXT_LIMIT_REACHED: The sandbox has no room for another kernel \(64 processes[^]*\nhint: Create the context in a fresh sandbox/;
  expect(refusal).toMatch(countsProcesses ? refused : /^$/);
  await server.call('kill_sandbox', { sandbox_id });
});

test.each(['python', 'javascript', 'typescript', 'bash'])(
  'kill_sandbox ends a sandbox in which %s contexts are just starting',
  async (language) => {
    for (let round = 0; round < 12; round += 1) {
      const { sandbox_id } = await newContext(server, 'bash', { sandbox_id: 'new' });
      const starting = server.call('create_context', { language, sandbox_id });
      // Each round lets the start come a little further: as far as so many other calls take.
      for (let call = 0; call < round * 8; call += 1) await server.call('list_contexts');

      const killed = await server.call('kill_sandbox', { sandbox_id });

      expect(killed.structuredContent).toMatchObject({ killed: [{ sandbox_id }] });
      const made = await starting;
      if (made.isError) expect(textOf(made)).toMatch(/^SANDBOX_NOT_FOUND: /);
    }
  },
);

function idOf({ context_id }: { context_id: string }): { context_id: string } {
  return { context_id };
}

/** The processes that own the namespaces of the server's sandboxes. */
function killAnchors(pid: number): void {
  for (const child of childrenOf(pid)) if (programOf(child) === 'bwrap') process.kill(child, 'SIGKILL');
}

function programOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0')[0];
  } catch {
    return undefined; // one that lived for a moment only
  }
}
