import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readlink, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createLimits, probeLimits, sweepStaleCgroups } from '../../src/sandboxes/bubblewrap/limits.ts';
import type { LimitsProbe, LimitSpec, SandboxLimits } from '../../src/sandboxes/bubblewrap/limits.ts';
import { WatchedLimits } from '../../src/sandboxes/bubblewrap/watchdog.ts';

const MIB = 1_048_576;
const PYTHON = '/usr/bin/python3';
const SPEC: LimitSpec = { memoryBytes: 64 * MIB, tmpfsBytes: 0, processes: 32, cpuPercent: 100 };

const probe = await probeLimits();
const PRLIMIT: LimitsProbe = { ...probe, mode: 'prlimit', v1: null, v2: null };

const children = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of children) {
    if (child.pid === undefined) continue;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The whole group is gone already.
    }
    await exited;
  }
  children.clear();
});

/** Starts a Python program under the limits; it is left running once it has printed a line. */
async function start(
  limits: SandboxLimits | null,
  program: string,
): Promise<{ pid: number; child: ChildProcess; line: string }> {
  const enter = (limits?.procsFiles ?? []).map((file) => `echo 0 > ${file};`).join(' ');
  const argv = ['--norc', '-c', `${enter} exec "$@"`, 'sh', PYTHON, '-c', program];
  const child = spawn('/bin/bash', argv, { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/', detached: true });
  children.add(child);
  const exited = once(child, 'exit').then(() => '');
  const printed = once(child.stdout, 'data').then(([data]) => String(data).trim());
  const line = await Promise.race([printed, exited]);
  return { pid: child.pid ?? 0, child, line };
}

function holding(mebibytes: number): string {
  return `memory = bytearray(${String(mebibytes)} << 20); print('ready', flush=True); import time; time.sleep(600)`;
}

let ids = 0;
async function makeLimits(spec: Partial<LimitSpec> = {}): Promise<SandboxLimits> {
  ids += 1;
  return createLimits(`test${String(ids)}`, { ...SPEC, ...spec }, probe);
}

// A container's groups cannot be written; there the watchdog takes over, which is tested below.
describe.skipIf(probe.mode === 'prlimit')('control groups', () => {
  test('kill the process that needs more memory, count it, and let others live', async () => {
    await using limits = await makeLimits();
    const small = await start(limits, holding(8));

    const large = await start(limits, holding(100));

    expect(large).toMatchObject({ line: '', child: { signalCode: 'SIGKILL' } });
    expect(limits.oomKills()).toBe(1);
    expect(small.child.signalCode).toBeNull();
  });

  test('allow the pages of the file systems on top', async () => {
    await using limits = await makeLimits({ tmpfsBytes: 64 * MIB });

    expect(await start(limits, holding(100))).toMatchObject({ line: 'ready' });
    expect(limits.oomKills()).toBe(0);
  });

  test.skipIf(!probe.processes)('stop a fork bomb', async () => {
    await using limits = await makeLimits({ processes: 10 });

    const { line } = await start(
      limits,
      `
import os, signal, time
count = 1
try:
    while True:
        if os.fork() == 0: time.sleep(600)
        count += 1
except BlockingIOError:
    print(count, flush=True)
time.sleep(600)`,
    );

    expect(line).toBe('10');
  });

  test.skipIf(!probe.cpu)('share out processor time', async () => {
    await using limits = await makeLimits({ cpuPercent: 20 });

    const { line } = await start(
      limits,
      `
import time
end = time.monotonic() + 1
while time.monotonic() < end: pass
print(time.process_time(), flush=True)`,
    );

    expect(Number(line)).toBeGreaterThan(0.05);
    expect(Number(line)).toBeLessThan(0.5);
  });

  test('leave neither processes nor folders behind', async () => {
    const limits = await makeLimits();
    const { child } = await start(limits, `import os; os.fork(); ${holding(1)}`);
    const exited = once(child, 'exit');

    await limits[Symbol.asyncDispose]();

    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(limits.procsFiles.filter((file) => existsSync(path.dirname(file)))).toEqual([]);
  });

  test('can be disposed twice', async () => {
    await using limits = await makeLimits();

    await limits[Symbol.asyncDispose]();

    expect(limits.oomKills()).toBe(0);
  });

  test('are not left half made where the id is taken', async () => {
    await using limits = await makeLimits();
    const [name = ''] = limits.procsFiles.map((file) => path.basename(path.dirname(file)));
    const id = name.split('-').at(-1) ?? '';

    await expect(createLimits(id, SPEC, probe)).rejects.toMatchObject({ code: 'EEXIST' });

    expect(limits.procsFiles.every((file) => existsSync(file))).toBe(true);
  });

  test('of servers that are gone are swept, with what lives in them', async () => {
    await using limits = await makeLimits();
    const [parent = ''] = limits.procsFiles.map((file) => path.dirname(path.dirname(file)));
    const namespace = /\d+/.exec(await readlink('/proc/self/ns/pid'))?.[0] ?? '';
    // This process is alive, but another one had its pid before.
    const stale = path.join(parent, `sandcell-${namespace}-${String(process.pid)}-1-stale`);
    const foreign = path.join(parent, `sandcell-1-${String(process.pid)}-1-foreign`);
    await Promise.all([mkdir(stale), mkdir(foreign)]);
    const { pid, child } = await start(null, holding(1));
    await writeFile(path.join(stale, 'cgroup.procs'), String(pid));
    const exited = once(child, 'exit');

    const count = await sweepStaleCgroups();

    expect(count).toBeGreaterThanOrEqual(1);
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(
      [stale, foreign, path.join(parent, path.basename(path.dirname(limits.procsFiles[0] ?? '')))].map(
        existsSync,
      ),
    ).toEqual([false, true, true]);
    await rmdir(foreign);
  });
});

describe('the watchdog', () => {
  test('names the largest kernel of a sandbox over its limit, once', async () => {
    await using limits = await createLimits('watched', SPEC, PRLIMIT);
    const [small, large] = await Promise.all([start(null, holding(30)), start(null, holding(50))]);
    const named: string[] = [];

    using _small = limits.watch(small.pid, () => named.push('small'));
    using _large = limits.watch(large.pid, () => named.push('large'));
    await expect.poll(() => named).not.toEqual([]);

    expect(limits).toMatchObject({ mode: 'prlimit', procsFiles: [] });
    expect(named).toEqual(['large']);
    expect(limits.oomKills()).toBe(1);
  });

  test('does not blame the next kernel while the first one dies', async () => {
    await using limits = new WatchedLimits(SPEC);
    const [small, large] = await Promise.all([start(null, holding(30)), start(null, holding(80))]);
    const named: string[] = [];
    using _small = limits.watch(small.pid, () => named.push('small'));
    using _large = limits.watch(large.pid, () => named.push('large'));

    for (const nowMs of [0, 1_000, 2_000]) await limits.poll(nowMs);

    expect(named).toEqual(['large']);
  });

  test('counts what descendants hold, daemons and shared memory too', async () => {
    const inChild = `import os\nif os.fork() == 0:\n    ${holding(80)}\nelse:\n    os.wait()`;
    const shared = `import mmap; pages = mmap.mmap(-1, 80 << 20); pages.write(b'x' * (80 << 20)); ${holding(1)}`;

    for (const program of [inChild, shared]) {
      await using limits = new WatchedLimits(SPEC);
      const { pid } = await start(null, program);
      const named: number[] = [];
      using _watch = limits.watch(pid, () => named.push(pid));

      await limits.poll(0);

      expect(named).toEqual([pid]);
    }
  });

  test('counts pages that forked processes share only once', async () => {
    await using limits = new WatchedLimits({ memoryBytes: 128 * MIB });
    const { pid } = await start(
      null,
      `import os\nmemory = bytearray(60 << 20)\nfor _ in range(4):\n    if os.fork() == 0: break\n${holding(1)}`,
    );
    const named: number[] = [];
    using _watch = limits.watch(pid, () => named.push(pid));

    for (const nowMs of [0, 100, 2_000]) await limits.poll(nowMs);

    expect(named).toEqual([]);
  });

  test('looks no more at what is not watched any longer, or is gone', async () => {
    await using limits = new WatchedLimits(SPEC);
    const [released, dead] = await Promise.all([start(null, holding(80)), start(null, holding(80))]);
    const named: string[] = [];
    using _dead = limits.watch(dead.pid, () => named.push('dead'));
    limits.watch(released.pid, () => named.push('released'))[Symbol.dispose]();
    dead.child.kill('SIGKILL');
    await once(dead.child, 'exit');

    await limits.poll(0);

    expect(named).toEqual([]);
  });
});
