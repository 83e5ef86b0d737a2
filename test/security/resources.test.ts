import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asEachUser, type Attacker, memoryOf, openAttacker, openBystander } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

const LIMITS = {
  '--memory-mib': 192,
  '--workspace-mib': 48,
  '--tmp-mib': 24,
  '--shm-mib': 16,
  '--home-mib': 16,
  '--workspace-files': 2000,
  '--processes': 64,
};

asEachUser((user) => {
  let server: TestServer;
  let bystander: Awaited<ReturnType<typeof openBystander>>;
  let attacker: Attacker;

  beforeAll(async () => {
    server = await user.startServer(
      Object.entries(LIMITS).flatMap(([flag, value]) => [flag, String(value)]),
      {},
    );
    bystander = await openBystander(server);
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  describe('memory', () => {
    beforeAll(async () => {
      attacker = await openAttacker(server, { sandbox_id: 'new' });
    });

    afterAll(async () => server.call('kill_sandbox', { sandbox_id: attacker.sandboxId }));

    test.each([
      ['of its own', 'hoard = []\nwhile True: hoard.append(bytearray(1 << 20))'],
      [
        'shared between processes',
        `import mmap
hoard = []
while True:
    pages = mmap.mmap(-1, 1 << 20); pages.write(b'x' * (1 << 20)); hoard.append(pages)`,
      ],
      [
        'of many children',
        `import os, signal
for _ in range(20):
    if os.fork() == 0:
        hoard = bytearray(b'x') * (30 << 20)
        signal.pause()
os.wait() # where the system's kernel chooses, it may choose a child
os.kill(-1, signal.SIGKILL)
raise MemoryError`,
      ],
      [
        'of page tables, by looking at address space',
        `import ctypes, mmap
while True:
    space = mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ)
    for at in range(0, 1 << 40, 1 << 21): space[at]`,
      ],
    ])('cannot be had without end: %s', async (_name, bomb) => {
      const { status, error, state } = await attacker.run(bomb, { timeout_ms: 30_000 });

      expect(error?.name).toMatch(/^(OutOfMemory|MemoryError)$/);
      expect([status, state]).toEqual(
        error?.name === 'OutOfMemory' ? ['kernel_died', 'lost'] : ['error', 'kept'],
      );
      // Where memory is polled, the kernel may be ended a moment later.
      const after = await attacker.run('hoard = None; 1 + 1');
      expect(after.result ?? after.error?.name).toMatch(/^(2|OutOfMemory)$/);
      expect((await attacker.run('1 + 1')).result).toBe('2');
      expect(await bystander.isUnharmed()).toBe(true);
    });

    test.each([
      [
        'in memfd files',
        `import os
hoard = []
while True:
    hoard.append(os.memfd_create('x'))
    for _ in range(32): os.write(hoard[-1], b'x' * (1 << 20))`,
      ],
      [
        'in shared memory of System V',
        `import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True); libc.shmat.restype = ctypes.c_void_p; libc.shmdt.argtypes = [ctypes.c_void_p]
while True:
    segment = libc.shmget(0, 32 << 20, 0o1600)
    if segment < 0: raise OSError(ctypes.get_errno(), 'shmget')
    address = libc.shmat(segment, None, 0); ctypes.memset(address, 1, 32 << 20); libc.shmdt(address)`,
      ],
      [
        'in message queues of System V',
        `import ctypes
libc = ctypes.CDLL(None, use_errno=True)
message = ctypes.create_string_buffer(b'\\1' + b'\\0' * 7 + b'x' * 8192)
while True:
    queue = libc.msgget(0, 0o1600)
    if queue < 0: raise OSError(ctypes.get_errno(), 'msgget')
    while libc.msgsnd(queue, message, 8192, 0o4000) == 0: pass`,
      ],
    ])('that belongs to no process is counted, or not to be had: %s', async (_name, bomb) => {
      const { error, status } = await attacker.run(bomb, { timeout_ms: 30_000 });

      if (status === 'error') expect(error?.message).toMatch(/Errno 38|Errno 28/);
      else expect(error?.name).toBe('OutOfMemory');
      expect((await attacker.run('1 + 1')).result).toBe('2');
      expect(await bystander.isUnharmed()).toBe(true);
    });
  });

  describe('files', () => {
    beforeEach(async () => {
      attacker = await openAttacker(server, { sandbox_id: 'new' });
      return async () => {
        await server.call('kill_sandbox', { sandbox_id: attacker.sandboxId });
      };
    });

    test.each([
      ['/workspace', LIMITS['--workspace-mib']],
      ['/home/user', LIMITS['--home-mib']],
      ['/tmp', LIMITS['--tmp-mib']],
      ['/dev/shm', LIMITS['--shm-mib']],
    ])('%s is full at its size, and empty again after deleting', async (folder, mib) => {
      const fill = `
def fill():
    written = 0
    try:
        with open('${folder}/big', 'wb', 0) as file:
            while True: written += file.write(b'x' * (1 << 20))
    except OSError as error:
        return [errno.errorcode[error.errno], written >> 20]
first = fill(); os.unlink('${folder}/big'); second = fill(); os.unlink('${folder}/big')
report([first, second])`;

      const ends = [expect.stringMatching(/^(ENOSPC|EFBIG)$/), mib];
      expect(await attacker.ask(fill)).toEqual([ends, ends]);
      expect(await bystander.isUnharmed()).toBe(true);
    });

    test.each(['/workspace', '/home/user', '/tmp', '/dev/shm'])(
      '%s takes so many files and no more',
      async (folder) => {
        const [stopped, count, again] = (await attacker.ask(`
made = []
try:
    while len(made) < 10000:
        name = '${folder}/%d' % len(made)
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY)); made.append(name)
except OSError as error: stopped = errno.errorcode[error.errno]
for name in made: os.unlink(name)
report([stopped, len(made), opened('${folder}/again', os.O_CREAT | os.O_WRONLY)])`)) as [
          string,
          number,
          string,
        ];

        expect([stopped, again]).toEqual(['ENOSPC', 'ok']);
        expect(count).toBeGreaterThan(LIMITS['--workspace-files'] / 2);
        expect(count).toBeLessThanOrEqual(LIMITS['--workspace-files']);
      },
    );

    test('a file is no larger than the workspace, however it is made', async () => {
      expect(
        await attacker.ask(`
fd = os.open('/workspace/sparse', os.O_CREAT | os.O_RDWR)
report([attempt(os.ftruncate, fd, 1 << 40), attempt(os.pwrite, fd, b'x', 1 << 40), attempt(os.posix_fallocate, fd, 0, 1 << 40),
        attempt(os.ftruncate, fd, 1 << 20)])`),
      ).toEqual(['EFBIG', 'EFBIG', expect.stringMatching(/^(EFBIG|ENOSPC)$/), 'ok']);
    });

    test('descriptors end, and the context goes on', async () => {
      expect(
        await attacker.ask(`
hoard = []
try:
    while True: hoard.append(os.dup(0))
except OSError as error: print(json.dumps([errno.errorcode[error.errno], 1000 < len(hoard) < 4096]))`),
      ).toEqual(['EMFILE', true]);
      expect((await attacker.run('1 + 1')).result).toBe('2');
      expect((await attacker.run('raise ValueError("still told")')).error?.message).toBe('still told');
      expect((await attacker.run('while True: pass', { timeout_ms: 200 })).state).toBe('kept');
    });
  });

  test('what counts for a whole user is left for the host', async () => {
    const hog = await openAttacker(server, { sandbox_id: 'new' });
    const some = `
import select
def inotify(): return libc.inotify_init() if libc.inotify_init() >= 0 else 1 / 0
def queue(): return 1 / (libc.sigqueue(os.getpid(), 40, ctypes.c_void_p(1)) + 1)
def mailbox(): return 1 / (libc.mq_open(b'/sandcell-%d' % os.getpid(), 0o102, 0o600, None) + 1) and libc.mq_unlink(b'/sandcell-%d' % os.getpid())
signal.pthread_sigmask(signal.SIG_BLOCK, [40])
`;

    const taken = await hog.ask(`${some}
counts = [0, 0, 0]
while libc.inotify_init() >= 0: counts[0] += 1
while libc.sigqueue(os.getpid(), 40, ctypes.c_void_p(1)) == 0: counts[1] += 1
while libc.mq_open(b'/%d' % counts[2], 0o102, 0o600, None) >= 0 and counts[2] < 1000: counts[2] += 1
report([count > 0 for count in counts[:2]] + [counts[2] < 1000])`);

    expect(taken).toEqual([true, true, true]);
    expect(await user.onHost(`${some}report([attempt(inotify), attempt(queue), attempt(mailbox)])`)).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
    await server.call('kill_sandbox', { sandbox_id: hog.sandboxId });
  });

  test('a sandbox that takes all of the processor does not stop another one', async () => {
    const hog = await openAttacker(server, { sandbox_id: 'new' });
    const cancel = new AbortController();
    const running = server.call(
      'run_code',
      {
        context_id: hog.contextId,
        code: 'for _ in range(16):\n    if os.fork() == 0: break\nwhile True: pass',
        timeout_ms: 40_000,
      },
      { signal: cancel.signal },
    );
    const ended = expect(running).rejects.toThrow();

    for (let round = 0; round < 5; round += 1) expect(await bystander.isUnharmed()).toBe(true);

    cancel.abort();
    await ended;
    await server.call('kill_sandbox', { sandbox_id: hog.sandboxId });
    expect(await bystander.isUnharmed()).toBe(true);
  });

  test('the server’s own memory stays small after all of this', () => {
    expect(memoryOf(server.pid, 'VmHWM')).toBeLessThan(400);
  });
});
