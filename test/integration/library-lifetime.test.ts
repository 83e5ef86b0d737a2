import { expect, test } from 'vitest';
import { CodeInterpreter, Sandbox } from '../../src/sdk/index.ts';
import { cgroupsOf, descendantsOf, foldersOf, type FoundProcess, living } from '../helpers/processes.ts';
import { loadedModules, runModule } from '../helpers/programs.ts';

const USE = `
import { CodeInterpreter, Sandbox } from 'sandcell';
const sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const execution = await codes.run('6 * 7');
console.log(execution.result[0].text);
`;

/** The program waits until the test has looked at it. */
const WAIT = "await new Promise((resolve) => process.stdin.resume().once('end', resolve));";

/** Runs a program that prints a line once its sandbox is in use; what it has left when it is gone. */
async function leftBy(source: string) {
  let processes: FoundProcess[] = [];
  let groups = 0;
  const result = await runModule(source, {
    onStdout: (_text, pid) => {
      processes = descendantsOf(pid);
      groups = cgroupsOf(pid).length;
    },
  });
  return { result, processes, groups };
}

test('a program that kills its sandbox ends by itself and leaves nothing', async () => {
  const { result, processes } = await leftBy(`${USE} ${WAIT} await sandbox.kill();`);

  expect(result).toMatchObject({ code: 0, stdout: '42\n', stderr: '' });
  expect(processes).not.toEqual([]);
  expect(living(processes)).toEqual([]);
  expect(foldersOf(result.pid)).toEqual([]);
  expect(cgroupsOf(result.pid)).toEqual([]);
});

test.each([
  ['calls process.exit', 'process.exit(3);', { code: 3 }],
  ['throws', "throw new Error('a bug of the program');", { code: 1 }],
])('a program that %s without a kill leaves nothing', async (_what, ending, how) => {
  const { result, processes } = await leftBy(`${USE} ${WAIT} ${ending}`);

  expect(result).toMatchObject({ ...how, stdout: '42\n' });
  await expect.poll(() => living(processes), { timeout: 10_000 }).toEqual([]);
  expect(foldersOf(result.pid)).toEqual([]);
  expect(cgroupsOf(result.pid)).toEqual([]);
});

test('what a program leaves that was killed by SIGKILL is removed by the next sandbox', async () => {
  const { result, processes, groups } = await leftBy(`${USE} ${WAIT} process.kill(process.pid, 'SIGKILL');`);
  expect(result).toMatchObject({ code: null, signal: 'SIGKILL' });
  await expect.poll(() => living(processes), { timeout: 10_000 }).toEqual([]);
  expect(foldersOf(result.pid)).toHaveLength(1);
  expect(cgroupsOf(result.pid)).toHaveLength(groups);

  await using next = await Sandbox.create({ tmpMiB: 17 }); // of a driver of its own, which looks around

  expect((await next.getInfo()).state).toBe('running');
  expect(foldersOf(result.pid)).toEqual([]);
  expect(cgroupsOf(result.pid)).toEqual([]);
});

test('two sandboxes at once share nothing, and the end of one leaves the other', async () => {
  const [one, other] = await Promise.all([Sandbox.create(), Sandbox.create({ memoryMiB: 512 })]);
  try {
    await one.commands.run('echo of-one > file');
    const { codes } = await CodeInterpreter.create(other);
    await codes.run('x = 1');

    expect(await other.commands.run('ls')).toMatchObject({ stdout: '' });
    await one.kill();

    expect((await codes.run('x')).result[0]?.text).toBe('1');
  } finally {
    await Promise.all([one.kill(), other.kill()]);
  }
  expect(foldersOf(process.pid)).toEqual([]);
  expect(cgroupsOf(process.pid)).toEqual([]);
});

test('await using ends the sandbox at the end of its scope', async () => {
  let id: string;
  let info: Sandbox['getInfo'];
  {
    await using sandbox = await Sandbox.create();
    id = sandbox.id;
    info = sandbox.getInfo.bind(sandbox);
    expect(await info()).toMatchObject({ id, driver: 'bubblewrap', state: 'running', expiresAt: undefined });
  }
  expect(await info()).toMatchObject({ id, state: 'ended' });
});

test('a sandbox ends by itself when its lifetime is over, unless it is given more', async () => {
  const [brief, renewed] = await Promise.all([
    Sandbox.create({ lifetimeMs: 300 }),
    Sandbox.create({ lifetimeMs: 300 }),
  ]);
  const until = await renewed.renew(600_000);
  try {
    expect(until.getTime()).toBeGreaterThan(Date.now() + 590_000);
    expect((await renewed.getInfo()).expiresAt).toEqual(until);
    await expect.poll(async () => (await brief.getInfo()).state, { timeout: 10_000 }).toBe('ended');
    await expect(brief.commands.run('ls')).rejects.toThrow(/expired/);
    expect(await renewed.commands.run('echo alive')).toMatchObject({ stdout: 'alive\n' });
  } finally {
    await renewed.kill();
  }
});

test('metrics say what a sandbox uses and may use', async () => {
  await using sandbox = await Sandbox.create({ memoryMiB: 512, cpuPercent: 50 });
  const { codes } = await CodeInterpreter.create(sandbox);
  await codes.run('data = bytearray(100_000_000)');

  const metrics = await sandbox.getMetrics();

  expect(metrics).toMatchObject({ memoryLimitBytes: 512 * 1024 * 1024, cpuCount: 0.5 });
  expect(metrics.memoryUsedBytes).toBeGreaterThan(100_000_000);
  expect(metrics.memoryUsedBytes).toBeLessThan(512 * 1024 * 1024);
  expect(metrics.processes).toBeGreaterThan(0);
});

test('a sandbox is healthy until it ends, and says where it cannot be paused', async () => {
  const sandbox = await Sandbox.create();

  expect(await sandbox.isHealthy()).toBe(true);
  await expect(sandbox.pause()).rejects.toMatchObject({ name: 'NotSupportedError', code: 'NOT_SUPPORTED' });
  await expect(sandbox.resume()).rejects.toThrow('The driver bubblewrap cannot resume a sandbox');
  await sandbox.kill();
  expect(await sandbox.isHealthy()).toBe(false);
});

test('the library loads neither MCP nor what the server needs', async () => {
  const { result, modules } = await loadedModules(`${USE}; await sandbox.kill();`);

  expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/^42\n/) as string });
  expect(modules.some((url) => url.endsWith('/dist/sdk/index.js'))).toBe(true);
  const packages = modules.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  const ofTheServer = /^(@modelcontextprotocol|@opentelemetry|express|pino|prom-client|jose)/;
  expect(packages).toContain('zod');
  expect(packages.filter((name) => ofTheServer.test(name))).toEqual([]);
  expect(
    modules.filter((url) => /dist\/(tools|transports|sessions|observability|server|serve|cli)/.test(url)),
  ).toEqual([]);
});

test('to import the library alone starts and loads no driver', async () => {
  const { result, modules } = await loadedModules(
    "import { Sandbox } from 'sandcell'; if (!Sandbox) throw 1;",
  );

  expect(result.code).toBe(0);
  expect(modules.filter((url) => /dist\/sandboxes\/(bubblewrap|opensandbox)\//.test(url))).toEqual([]);
});
