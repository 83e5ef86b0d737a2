import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../deploy/seccomp-profile.mjs', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seccomp-profile-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('the profile of the container is the default that it is given, and seven calls more', () => {
  const read = { names: ['read'], action: 'SCMP_ACT_ALLOW' };
  const given = { defaultAction: 'SCMP_ACT_ERRNO', archMap: [], syscalls: [read] };

  const { status, stdout } = makeProfile(given);

  const { syscalls, ...rest } = JSON.parse(stdout) as { syscalls: { names: string[]; action: string }[] };
  expect(status).toBe(0);
  expect(rest).toEqual({ defaultAction: 'SCMP_ACT_ERRNO', archMap: [] });
  expect(syscalls[0]).toEqual(read);
  expect(syscalls.slice(1)).toMatchObject([
    { names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [{ value: 0x10000000, op: 'SCMP_CMP_MASKED_EQ' }] },
    { names: ['unshare'], action: 'SCMP_ACT_ALLOW', args: [{ value: 0x10000000, op: 'SCMP_CMP_EQ' }] },
    { names: ['setns', 'mount', 'umount2', 'pivot_root', 'sethostname'], action: 'SCMP_ACT_ALLOW' },
  ]);
});

test('a profile that allows what it does not name is refused', () => {
  const { status, stderr } = makeProfile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] });

  expect(status).toBe(1);
  expect(stderr).toContain('that is not a profile that forbids what it does not name');
});

function makeProfile(given: object): { status: number | null; stdout: string; stderr: string } {
  const file = join(folder, 'default.json');
  writeFileSync(file, JSON.stringify(given));
  return spawnSync(process.execPath, [SCRIPT, file], { encoding: 'utf8' });
}
