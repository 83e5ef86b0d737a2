import { describe, expect, test } from 'vitest';
import {
  checkCorePattern,
  checkLimits,
  checkNetwork,
  checkSeccomp,
} from '../../src/doctor/sandbox-checks.ts';
import { loadConfig, type Settings } from '../../src/config.ts';
import { explainIsolationFailure, findObstacle } from '../../src/sandboxes/bubblewrap/probe.ts';

/** What programs say, word for word; and what of the reason and of the fix must be there. */
const SAID: readonly [string, RegExp, RegExp][] = [
  ['spawn bwrap ENOENT', /bubblewrap \(bwrap\) is not installed/, /bubblewrap/],
  [
    'setpriv: failed to execute bwrap: No such file or directory',
    /bubblewrap .* not installed/,
    /bubblewrap/,
  ],
  ['sh: 1: exec: bwrap: not found', /bubblewrap .* not installed/, /bubblewrap/],
  ['/bin/bash: line 1: exec: setpriv: not found', /setpriv is not installed/, /util-linux/],
  ['spawn mkfifo ENOENT', /mkfifo is not installed/, /coreutils/],
  ['bwrap: setting up uid map: Permission denied', /AppArmor/, /apparmor_parser -r/],
  ['bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', /AppArmor/, /userns,/],
  ['bwrap: Unknown option --disable-userns', /older than 0\.8/, /0\.8\.0 or newer/],
  [
    'bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.',
    /user namespaces/,
    /sysctl|seccomp=PROFILE/,
  ],
  [
    'bwrap: Creating new namespace failed: Operation not permitted',
    /user namespaces/,
    /sysctl|seccomp=PROFILE/,
  ],
  ['unshare: unshare failed: Operation not permitted', /user namespaces/, /sysctl|seccomp=PROFILE/],
  ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", /refused/, /systempaths|confines/],
  ['bwrap: Failed to make / slave: Permission denied', /refused/, /apparmor=unconfined|AppArmor/],
  ['bwrap: pivot_root: Operation not permitted', /refused/, /pivot_root|confines/],
  [
    "nsenter: reassociate to namespace 'ns/user' failed: Operation not permitted",
    /refused/,
    /setns|confines/,
  ],
  ['setpriv: setresuid failed: Operation not permitted', /another user/, /SETUID/],
  ['bwrap: Unexpected capabilities but not setuid, old file caps config?', /capabilities/, /--cap-drop ALL/],
  ["ENOSPC: no space left on device, mkdtemp '/run/x'", /no space/, /XDG_RUNTIME_DIR/],
];

describe('a sandbox that does not start', () => {
  test.each(SAID)('with "%s" is explained', (said, reason, fix) => {
    const error = explainIsolationFailure(new Error(said));

    expect(error).toMatchObject({ code: 'ISOLATION_UNAVAILABLE' });
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(said);
    expect(error.hint).toMatch(fix);
    expect(error.hint).toMatch(/Code is never run outside a sandbox\.$/);
  });

  test('for an unknown reason sends to the doctor', () => {
    expect(findObstacle('something new')).toBeUndefined();
    expect(explainIsolationFailure(new Error('something new')).hint).toContain('sandcell doctor');
  });
});

describe('the doctor fails a sandbox', () => {
  const inside = {
    interfaces: ['lo'],
    reachesProxy: true,
    corePatternWritable: false,
    seccomp: 2,
    capabilities: '0000000000000000',
  };

  test('from which core_pattern can be written', () => {
    expect(checkCorePattern(inside).status).toBe('ok');
    expect(checkCorePattern({ ...inside, corePatternWritable: true })).toMatchObject({ status: 'failure' });
  });

  test('without a filter of system calls, or with capabilities', () => {
    expect(checkSeccomp(inside).status).toBe('ok');
    expect(checkSeccomp({ ...inside, seccomp: 0 }).status).toBe('failure');
    expect(checkSeccomp({ ...inside, capabilities: '0000000000200000' }).status).toBe('failure');
  });

  test('whose proxy does not answer', () => {
    const deaf = { ...inside, reachesProxy: false };

    expect(checkNetwork(deaf, settings())).toMatchObject({ status: 'failure' });
    expect(checkNetwork(deaf, settings('--network', 'none'))).toMatchObject({ status: 'ok' });
  });

  test('that sees a network', () => {
    expect(checkNetwork(inside, settings()).status).toBe('ok');
    expect(checkNetwork({ ...inside, interfaces: ['lo', 'eth0'] }, settings())).toMatchObject({
      status: 'failure',
      detail: 'packages, but the sandbox sees eth0',
    });
  });
});

test('the doctor warns where control groups cannot be used, and says what holds instead', () => {
  const probe = { mode: 'prlimit', memory: true, processes: false, cpu: false, v1: null, v2: null } as const;

  expect(checkLimits({ ...probe, detail: 'no control group can be written' }, settings())).toEqual({
    status: 'warning',
    detail: 'no control group can be written\nmemory 1024 MiB, 256 processes for each context',
    fix: expect.stringMatching(/Delegate=yes|--memory, --cpus/) as unknown,
  });
});

function settings(...argv: string[]): Settings {
  const config = loadConfig(argv, {});
  if (config.command !== 'serve') throw new Error('no settings');
  return config.settings;
}
