import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKS, type Report, reportSchema } from '../../src/doctor/report.ts';
import { findCandidates } from '../../src/kernels/runtime-places.ts';
import { breakHost, type BrokenHost, type Damage, type Outcome } from '../helpers/broken-host.ts';
import { textOf } from '../helpers/server.ts';
import { pidNamespace } from '../../src/processes/proc.ts';

async function report(host: BrokenHost, args: readonly string[] = [], env: Record<string, string> = {}) {
  const outcome = await host.sandcell(['doctor', '--json', ...args], env);
  return { ...outcome, report: reportSchema.parse(JSON.parse(outcome.stdout)) };
}

function check({ checks }: Report, name: keyof typeof CHECKS): Report['checks'][number] | undefined {
  return checks.find((one) => one.name === name);
}

function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

function expectNoStack({ stdout, stderr }: Outcome): void {
  expect(stdout + stderr).not.toMatch(/\n\s+at |node:internal/);
}

describe('where everything is there', () => {
  test('runs a real cell in a real sandbox, and every check has its place', async () => {
    await using host = await breakHost({});

    const { code, report: said, stderr } = await report(host);

    expect(said.checks.filter(({ status }) => status === 'failure')).toEqual([]);
    expect({ code, ok: said.ok, stderr }).toEqual({ code: 0, ok: true, stderr: '' });
    expect(said.checks.map(({ name }) => name)).toEqual(Object.keys(CHECKS));
    expect(said.sandbox).toMatchObject({ language: 'python' });
    expect(said.limits).not.toBeNull();
    expect(said.runtimes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['python', 'node', 'bash']));
  });

  test('says it to people in words, in columns', async () => {
    await using host = await breakHost({});

    const { code, stdout } = await host.sandcell(['doctor']);

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^✓ ok {7}sandbox {10}started in \d+ ms; first result of python [\d.]+ \d+ ms later$/m,
    );
    expect(stdout).toMatch(/^✓ ok {7}network {10}packages/m);
    expect(stdout).toMatch(/Sandboxes work on this machine\.\n$/);
  });

  test('removes what killed servers have left', async () => {
    await using host = await breakHost({});
    const left = path.join(host.home, `sandcell-${pidNamespace()}-1-1-killed`);
    await mkdir(left);

    const { report: said } = await report(host, [], { XDG_RUNTIME_DIR: host.home });

    expect(check(said, 'leftovers')).toMatchObject({
      status: 'ok',
      detail: matching(/^removed: 1 /),
    });
    expect(existsSync(left)).toBe(false);
  });
});

describe('settings', () => {
  test('that ask for modules which are not installed are warned of', async () => {
    await using host = await breakHost({});

    const { code, report: said } = await report(host, ['--preload', 'json,no_such_module']);

    expect(check(said, 'preload')).toEqual({
      name: 'preload',
      status: 'warning',
      detail: "no_such_module: ModuleNotFoundError: No module named 'no_such_module'",
      fix: matching(/pip install no_such_module/),
    });
    expect(code).toBe(0);
  });

  test('that ask for a version which is not installed fail', async () => {
    await using host = await breakHost({});

    const { code, report: said } = await report(host, ['--python-version', '3.99']);

    expect(check(said, 'runtime_python')).toMatchObject({
      status: 'failure',
      detail: matching(/none of them is 3\.99/),
    });
    expect(said.sandbox).toMatchObject({ language: 'javascript' });
    expect(code).toBe(1);
  });

  test.each([['doctor', '--jsn'], ['--json'], ['doctor', '--memory-mib', 'many']])(
    'given wrongly (%s %s) end with 2 and a sentence',
    async (...args) => {
      await using host = await breakHost({});

      const outcome = await host.sandcell(args);

      expect(outcome).toMatchObject({
        code: 2,
        stdout: '',
        stderr: matching(/^sandcell: .+\n$/),
      });
    },
  );
});

const version = (number: string) => `[ "$1" = --version ] && echo bubblewrap ${number} && exit 0`;
const BROKEN: readonly [string, Damage, keyof typeof CHECKS, RegExp][] = [
  ['bwrap is missing', { without: ['bwrap'] }, 'bubblewrap', /install .*bubblewrap/],
  ['a command of util-linux is missing', { without: ['mkfifo'] }, 'commands', /install .*coreutils/],
  [
    'AppArmor forbids',
    {
      instead: {
        bwrap: `${version('0.9.0')}; echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1`,
      },
    },
    'apparmor',
    /profile bwrap \/usr\/bin\/bwrap flags=\(unconfined\) \{ userns, \}.*apparmor_parser -r/,
  ],
  [
    'bwrap is too old',
    { instead: { bwrap: `${version('0.6.1')}; echo 'bwrap: Unknown option --size' >&2; exit 1` } },
    'bubblewrap',
    /bubblewrap 0\.8\.0 or newer/,
  ],
];

describe.each(BROKEN)('where %s', (_, damage, name, fix) => {
  test('the check fails with the fix, and so does a real sandbox', async () => {
    await using host = await breakHost(damage);

    const outcome = await report(host);

    expect(check(outcome.report, name)).toMatchObject({ status: 'failure', fix: matching(fix) });
    expect(check(outcome.report, 'sandbox')).toMatchObject({
      status: 'failure',
      fix: matching(fix),
    });
    expect(outcome.report).toMatchObject({ ok: false, sandbox: null });
    expect(outcome.code).toBe(1);
    expectNoStack(outcome);
  });

  test('the first call of a server fails with the same fix', async () => {
    await using host = await breakHost(damage);
    const { report: said } = await report(host);

    const answer = await host.call('run_code', { language: 'python', code: '1' });

    expect(answer.isError).toBe(true);
    expect(textOf(answer)).toMatch(/^ISOLATION_UNAVAILABLE: No sandbox can be started/);
    expect(textOf(answer)).toContain(check(said, 'sandbox')?.fix);
  });
});

test('a bwrap outside of the folders of the system is told of', async () => {
  await using host = await breakHost({ without: ['bwrap'] });
  const elsewhere = `${host.home}/real`;

  const { report: said } = await report(host, [], { PATH: `${process.env['PATH'] ?? ''}:${elsewhere}` });

  expect(check(said, 'bubblewrap')).toMatchObject({
    status: 'failure',
    detail: matching(new RegExp(`a sandbox does not see ${elsewhere}/bwrap$`)),
    fix: matching(/sudo cp .*\/bwrap \/usr\/local\/bin\//),
  });
});

test('a bwrap that fails only inside the sandbox is told in the same way', async () => {
  await using host = await breakHost({ nested: 'bwrap: setting up uid map: Permission denied' });

  const { report: said } = await report(host);
  const answer = await host.call('run_code', { language: 'python', code: '1' });

  expect(check(said, 'sandbox')).toMatchObject({ status: 'failure', fix: matching(/apparmor_parser/) });
  expect(textOf(answer)).toMatch(/^ISOLATION_UNAVAILABLE: /);
  expect(textOf(answer)).toContain(check(said, 'sandbox')?.fix);
});

test('a missing Python is a warning, and the sandbox is tried with another language', async () => {
  const candidates = await findCandidates('python', { HOME: '/nowhere' });
  await using host = await breakHost({ disabled: candidates.map(({ executable }) => executable) });

  const { code, report: said } = await report(host);

  expect(check(said, 'runtime_python')).toMatchObject({
    status: 'warning',
    detail: 'none of 3.9 or newer: Python cannot be run',
    fix: matching(/install .*python/),
  });
  expect(said.sandbox).toMatchObject({ language: 'javascript' });
  expect(code).toBe(0);
});

test('a cache that cannot be written is a warning', async () => {
  await using host = await breakHost({});

  const { code, report: said } = await report(host, [], { XDG_CACHE_HOME: '/dev/null' });

  expect(check(said, 'cache_folder')).toMatchObject({
    status: 'warning',
    detail: matching(/ENOTDIR/),
  });
  expect(code).toBe(0);
});

test.each([
  ['darwin', /Linux VM/],
  ['win32', /WSL 2/],
])('on %s it names the ways that work', async (platform, ways) => {
  await using host = await breakHost({});
  const pretend = `data:text/javascript,Object.defineProperty(process,'platform',{value:'${platform}'})`;

  const { code, report: said } = await report(host, [], { NODE_OPTIONS: `--import=${pretend}` });

  expect(said.checks).toMatchObject([
    { name: 'platform', status: 'failure', fix: matching(ways) },
    { name: 'node', status: 'ok' },
  ]);
  expect(code).toBe(1);
});
