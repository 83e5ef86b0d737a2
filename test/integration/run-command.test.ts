import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_PATH, runCommand } from '../../src/processes/run-command.ts';
import type { CommandOptions, CommandResult } from '../../src/processes/run-command.ts';

const LIMITS = { timeoutMs: 10_000 };

async function bash(script: string, options: Partial<CommandOptions> = {}): Promise<CommandResult> {
  return runCommand(['/bin/bash', '--norc', '-c', script], { ...LIMITS, ...options });
}

/** Prints its own pid and, in the same process group or outside of it, that of a child; then both wait. */
const SLEEPERS = { inGroup: 'sleep 600 & echo $$ $!; wait', outside: 'setsid sleep 600 & echo $$ $!; wait' };

describe('runCommand', () => {
  test('returns output and exit code', async () => {
    const result = await bash('echo out; echo err >&2; exit 3');

    const expected = {
      code: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      timedOut: false,
      truncated: false,
    };
    expect(result).toEqual(expected);
  });

  test('returns the signal that ended the command', async () => {
    expect(await bash('kill -TERM $$')).toMatchObject({ code: null, signal: 'SIGTERM', timedOut: false });
  });

  test('inherits no environment, no folder, no input', async () => {
    const result = await runCommand(['/usr/bin/env'], { ...LIMITS, env: { ONE: '1' } });

    expect(result.stdout.split('\n').sort()).toEqual(['', 'ONE=1', `PATH=${DEFAULT_PATH}`]);
    expect(await bash('pwd; cat')).toMatchObject({ code: 0, stdout: '/\n' });
  });

  test('finds the command on the PATH that it is given', async () => {
    const run = async (PATH: string): Promise<CommandResult> =>
      runCommand(['true'], { ...LIMITS, env: { PATH } });

    expect(await run('/usr/bin:/bin')).toMatchObject({ code: 0 });
    await expect(run('/nowhere')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('keeps the head of a long output and lets the command finish', async () => {
    const result = await bash('head -c 1000000 /dev/zero | tr "\\0" x; echo done >&2', {
      maxOutputBytes: 1000,
    });

    expect(result).toMatchObject({ code: 0, stdout: 'x'.repeat(1000), stderr: 'done\n', truncated: true });
  });

  test('kills the whole process group at the deadline', async () => {
    const result = await bash(SLEEPERS.inGroup, { timeoutMs: 200 });

    expect(result).toMatchObject({ code: null, signal: 'SIGKILL', timedOut: true });
    await expect.poll(() => pidsOf(result).filter(isRunning)).toEqual([]);
  });

  test('does not wait for a child that left the group and holds the output', async () => {
    const result = await bash(SLEEPERS.outside, { timeoutMs: 200 });

    expect(result).toMatchObject({ signal: 'SIGKILL', timedOut: true });
    for (const pid of pidsOf(result).filter(isRunning)) process.kill(pid, 'SIGKILL');
  });

  test('throws the reason when it is aborted, and kills', async () => {
    const controller = new AbortController();
    const running = bash('exec sleep 600', { signal: controller.signal });

    controller.abort(new Error('no longer wanted'));

    await expect(running).rejects.toThrow('no longer wanted');
    await expect(bash('true', { signal: controller.signal })).rejects.toThrow('no longer wanted');
  });
});

function pidsOf({ stdout }: CommandResult): number[] {
  return stdout.trim().split(' ').map(Number);
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}/exe`);
}
