import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asEachUser, type Attacker, openAttacker } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

asEachUser((user) => {
  let server: TestServer;
  /** Another context of the same sandbox. */
  let sibling: Attacker;
  let attacker: Attacker;

  beforeAll(async () => {
    server = await user.startServer(['--processes', '64']);
    sibling = await openAttacker(server);
    await sibling.run('kept = 41');
    attacker = await openAttacker(server, { sandbox_id: sibling.sandboxId });
  });

  /** For attacks that cost the attacker's own kernel. */
  const another = (): Promise<Attacker> => openAttacker(server, { sandbox_id: sibling.sandboxId });

  afterAll(async () => server[Symbol.asyncDispose]());

  const siblingIsUnharmed = async (): Promise<boolean> => {
    const { result, notes } = await sibling.run('kept + 1');
    return result === '42' && notes.length === 0;
  };

  /** The host's numbers of all processes of the server's sandboxes. */
  const sandboxed = (): number[] => descendants(server.pid);

  test('only its own processes exist for a kernel', async () => {
    expect(sandboxed().length).toBeGreaterThan(6); // anchor, sibling, attacker and what holds them
    expect(await attacker.ask('report([sorted(pids()), os.getpid(), os.getppid()])')).toEqual([[1, 2], 2, 1]);
  });

  test('killing everybody kills its own children alone', async () => {
    const killed = await attacker.ask(`
child = subprocess.Popen(['sleep', '1000'])
os.kill(-1, signal.SIGKILL)
report(child.wait())`);

    expect(killed).toBe(-9);
    expect(await siblingIsUnharmed()).toBe(true);
    expect(await attacker.ask('report(1)')).toBe(1);
  });

  test('no process of the host or of a sibling can be signalled by its number', async () => {
    const answers = await attacker.ask(`
numbers = ${JSON.stringify([server.pid, process.pid, ...sandboxed()])} + list(range(3, 5000))
report(sorted({attempt(os.kill, number, 0) for number in numbers if number not in pids()}) + [attempt(os.kill, os.getpid(), 0)])`);

    expect(answers).toEqual(['ESRCH', 'ok']);
  });

  test('no process of the host can be held by a pidfd', async () => {
    const numbers = [server.pid, process.pid, ...sandboxed()].filter((pid) => pid > 2);

    expect(
      await attacker.ask(`
report(sorted({attempt(lambda: os.close(os.pidfd_open(pid))) for pid in ${JSON.stringify(numbers)}})
    + [attempt(lambda: os.close(os.pidfd_open(os.getpid())))])`),
    ).toEqual(['ESRCH', 'ok']);
  });

  test('its own init cannot be killed, and has no more rights', async () => {
    expect(
      await attacker.ask(`
report([attempt(os.kill, 1, signal.SIGKILL), attempt(os.kill, 1, signal.SIGSTOP),
        field('Seccomp', '/proc/1/status'), field('CapEff', '/proc/1/status'), field('NoNewPrivs', '/proc/1/status')])`),
    ).toEqual(['ok', 'ok', '2', '0000000000000000', '1']);
    expect(await attacker.ask('report(pids()[:1])')).toEqual([1]);
  });

  test('a kernel that stops itself is stopped by its time limit, and by nothing of others', async () => {
    const own = await another();

    const stopped = await own.run('os.kill(os.getpid(), signal.SIGSTOP)', { timeout_ms: 300 });

    expect(stopped).toMatchObject({ status: 'timeout', state: 'lost' });
    expect(await siblingIsUnharmed()).toBe(true);
    expect((await own.run('1 + 1')).result).toBe('2');
  });

  test('processes cannot be traced or read by system calls', async () => {
    const trace = `report([in_child(lambda: attempt(lambda: call(${process.arch === 'arm64' ? '117' : '101'}, 0))),
        call(${process.arch === 'arm64' ? '117' : '101'}, 0, 0, 0, 0)])`;

    expect(await attacker.ask(trace)).toEqual(['ok', 'EPERM']);
    expect(await user.onHost(trace)).toEqual(['ok', 'ok']);
    expect(
      await attacker.ask(`
number = ${process.arch === 'arm64' ? '270' : '310'}
report([call(number, os.getpid(), 0, 0, 0, 0, 0), call(number + 1, os.getpid(), 0, 0, 0, 0, 0), call(438, 3, 0, 0)])`),
    ).toEqual(['EPERM', 'EPERM', 'EPERM']);
  });

  test('limits can be lowered and not be raised', async () => {
    expect(
      await attacker.ask(`
import resource
names = ['RLIMIT_NPROC', 'RLIMIT_NOFILE', 'RLIMIT_FSIZE', 'RLIMIT_DATA', 'RLIMIT_CORE', 'RLIMIT_MEMLOCK',
         'RLIMIT_MSGQUEUE', 'RLIMIT_SIGPENDING', 'RLIMIT_NICE', 'RLIMIT_RTPRIO']
def raised(name):
    kind = getattr(resource, name); soft, hard = resource.getrlimit(kind)
    return attempt(resource.setrlimit, kind, (soft, hard + 1))
def lowered(name):
    kind = getattr(resource, name); soft, hard = resource.getrlimit(kind)
    return attempt(resource.setrlimit, kind, (soft // 2, hard // 2))
report([sorted({raised(name) for name in names}), in_child(lambda: sorted({lowered(name) for name in names}))])`),
    ).toEqual([['ValueError'], ['ok']]);
  });

  test('priority can be lowered and not be raised', async () => {
    expect(
      await attacker.ask(`
report([attempt(os.nice, -5), attempt(os.setpriority, os.PRIO_PROCESS, 0, -1),
        attempt(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1)),
        attempt(os.sched_setscheduler, 0, os.SCHED_RR, os.sched_param(50)),
        attempt(write, '/proc/self/oom_score_adj', '-500'), in_child(lambda: attempt(os.nice, 5))])`),
    ).toEqual([
      expect.stringMatching(/^E(PERM|ACCES)$/),
      expect.stringMatching(/^E(PERM|ACCES)$/),
      'EPERM',
      'EPERM',
      'EACCES',
      'ok',
    ]);
  });

  test('a fork bomb ends at the limit, and its context goes on', async () => {
    const count = await attacker.ask(`
children = []
try:
    while True:
        pid = os.fork()
        if pid == 0:
            signal.pause()
            os._exit(0)
        children.append(pid)
except OSError as error:
    stopped_by = errno.errorcode[error.errno]
for pid in children: os.kill(pid, signal.SIGKILL)
for pid in children: os.waitpid(pid, 0)
report([stopped_by, len(children)])`);

    expect(count).toEqual(['EAGAIN', expect.any(Number)]);
    const [, children] = count as [string, number];
    expect(children).toBeGreaterThan(10);
    expect(children).toBeLessThanOrEqual(64);
    expect(await siblingIsUnharmed()).toBe(true);
    expect(await attacker.ask('report(in_child(lambda: 1))')).toBe(1);
  });

  test('a fork bomb that multiplies is ended with its sandbox', async () => {
    const own = await openAttacker(server, { sandbox_id: 'new' });

    const bomb = await own.run(
      `
while True:
    try: os.fork()
    except OSError: pass`,
      { timeout_ms: 500 },
    );

    expect(bomb.status).toBe('timeout');
    expect(await siblingIsUnharmed()).toBe(true);
    await server.call('kill_sandbox', { sandbox_id: own.sandboxId });
    expect(await siblingIsUnharmed()).toBe(true);
  });

  test('a thread bomb ends at the limit, and its context goes on', async () => {
    const count = (await attacker.ask(`
import threading
ended, started = threading.Event(), 0
try:
    while started < 10000:
        threading.Thread(target=ended.wait).start()
        started += 1
except RuntimeError: pass
ended.set()
report(started)`)) as number;

    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThanOrEqual(64);
    expect(await siblingIsUnharmed()).toBe(true);
  });

  test('the cell’s process group and session are its kernel’s own', async () => {
    expect(
      await attacker.ask(`
report([os.getsid(0) in (0, 1, 2), os.getpgid(0) in (0, 1, 2), attempt(os.setpgid, 0, ${String(server.pid)}),
        opened('/dev/tty')])`),
    ).toEqual([true, true, 'EPERM', 'ENXIO']);
  });

  test('a forked cell cannot answer in place of its kernel', async () => {
    const { result, stdout } = await attacker.run(`
pid = os.fork()
if pid: os.waitpid(pid, 0)
'child' if pid == 0 else 'parent'`);

    expect(result).toBe("'parent'");
    expect(stdout).toBe('');
  });
});

function descendants(pid: number): number[] {
  const found = [pid];
  for (const parent of found) {
    try {
      const children = readFileSync(`/proc/${String(parent)}/task/${String(parent)}/children`, 'utf8');
      found.push(...children.split(' ').filter(Boolean).map(Number));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found.slice(1);
}
