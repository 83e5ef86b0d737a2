import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asEachUser, type Attacker, createContext, openAttacker } from '../helpers/attacks.ts';
import { type TestServer, textOf } from '../helpers/server.ts';

asEachUser((user) => {
  let server: TestServer;
  let other: TestServer;
  let victim: Attacker;
  let sameSandbox: Attacker;
  const secret = randomUUID();

  beforeAll(async () => {
    [server, other] = await Promise.all([user.startServer(), user.startServer()]);
    victim = await openAttacker(server, { env: { SECRET: secret } });
    sameSandbox = await openAttacker(server, { sandbox_id: victim.sandboxId });
    await victim.ask(`
SECRET = '${secret}'
for folder in ('/workspace', '/tmp', '/dev/shm'): open(folder + '/' + SECRET, 'w').write(SECRET)
os.mkfifo('/workspace/fifo')
sleeper = subprocess.Popen(['sleep', '100000'], env={'SECRET': SECRET})
segment = libc.shmget(0x5ec2e7, 4096, 0o1666)
report(1)`);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  const FILES = `report([opened(folder + '/${secret}') for folder in ('/workspace', '/tmp', '/dev/shm')])`;
  const NOTHING = ['ENOENT', 'ENOENT', 'ENOENT'];

  test('files are shared by the contexts of a sandbox', async () => {
    expect(await sameSandbox.ask(FILES)).toEqual(['ok', 'ok', 'ok']);
  });

  describe.each([
    ['another sandbox of the session', () => openAttacker(server, { sandbox_id: 'new' })],
    ['a sandbox of another session', () => openAttacker(other)],
  ] as const)('%s', (_name, open) => {
    let stranger: Attacker;

    beforeAll(async () => {
      stranger = await open();
    });

    test('has no file of it', async () => {
      expect(await stranger.ask(FILES)).toEqual(NOTHING);
      expect(
        await stranger.ask(`report([os.listdir(folder) for folder in ('/workspace', '/tmp', '/dev/shm')])`),
      ).toEqual([[], [], []]);
    });

    test('has no process, no variable and no shared memory of it', async () => {
      const segment = 'libc.shmget(0x5ec2e7, 0, 0) >= 0';
      const environments = `any(b'${secret}' in open('/proc/%d/environ' % pid, 'rb').read() for pid in pids())`;

      expect(await victim.ask(`report([len(pids()), 'SECRET' in globals()])`)).toEqual([3, true]);
      expect(
        await stranger.ask(
          `report([len(pids()), 'SECRET' in globals(), ${segment}, ${environments}, 'SECRET' in os.environ])`,
        ),
      ).toEqual([2, false, false, false, false]);
    });

    test('is another machine: no namespace is the same', async () => {
      const namespaces = `report([os.readlink('/proc/self/ns/' + kind) for kind in ('user', 'pid', 'net', 'mnt', 'ipc', 'uts')])`;
      const [own, theirs] = (await Promise.all([victim.ask(namespaces), stranger.ask(namespaces)])) as [
        string[],
        string[],
      ];

      expect(own.filter((namespace) => theirs.includes(namespace))).toEqual([]);
    });

    test('cannot take its socket for its own', async () => {
      const folder = `os.stat('/run/sandcell/host.sock').st_ino`;

      expect(await victim.ask(`report(${folder})`)).toBe(await sameSandbox.ask(`report(${folder})`));
      expect(await stranger.ask(`report(${folder})`)).not.toBe(await victim.ask(`report(${folder})`));
    });
  });

  test('contexts of a sandbox share files, and neither variables nor environment', async () => {
    expect(
      await sameSandbox.ask(
        `report(['SECRET' in globals(), 'SECRET' in os.environ, len(pids()), libc.shmget(0x5ec2e7, 0, 0) >= 0])`,
      ),
    ).toEqual([false, false, 2, false]);
  });

  test('contexts that are made at the same time have kernels of their own', async () => {
    const sandboxId = (await createContext(server, { language: 'python', sandbox_id: 'new' })).sandboxId;
    const contexts = await Promise.all(
      Array.from({ length: 6 }, () => openAttacker(server, { sandbox_id: sandboxId })),
    );

    for (const [index, context] of contexts.entries()) await context.run(`mine = ${String(index)}`);

    expect(await Promise.all(contexts.map((context) => context.ask('report(mine)')))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  describe('another session', () => {
    test('cannot run code in its context', async () => {
      const answer = await other.call('run_code', { context_id: victim.contextId, code: 'SECRET' });

      expect(answer.isError).toBe(true);
      expect(textOf(answer)).toContain('CONTEXT_NOT_FOUND');
    });

    test('cannot make a context in its sandbox', async () => {
      const answer = await other.call('create_context', { language: 'python', sandbox_id: victim.sandboxId });

      expect(textOf(answer)).toContain('SANDBOX_NOT_FOUND');
    });

    test('cannot kill its sandbox, nor does killing all of its own', async () => {
      const one = await other.call('kill_sandbox', { sandbox_id: victim.sandboxId });
      await other.call('kill_sandbox');

      expect(textOf(one)).toContain('SANDBOX_NOT_FOUND');
      expect(await victim.ask('report(SECRET)')).toBe(secret);
    });

    test('does not list it, nor is told of it in hints', async () => {
      const answers = await Promise.all([
        other.call('list_contexts'),
        other.call('run_code', { context_id: 'ctx_unknown', code: '1' }),
        other.call('kill_sandbox', { sandbox_id: 'sb_unknown' }),
      ]);

      const text = answers.map((answer) => JSON.stringify(answer)).join();
      expect(text).not.toContain(victim.contextId);
      expect(text).not.toContain(victim.sandboxId);
      expect(JSON.stringify(await server.call('list_contexts'))).toContain(victim.contextId);
    });

    test('cannot read its outputs', async () => {
      const { truncated } = await victim.run(`print('${secret}' * 10000)`);
      const uri = truncated?.stdout_uri ?? '';

      expect(JSON.stringify(await server.client.readResource({ uri }))).toContain(secret);
      await expect(other.client.readResource({ uri })).rejects.toThrow('EXECUTION_NOT_FOUND');
      expect(JSON.stringify(await other.client.listResources())).not.toContain(uri);
    });

    test.each(['../../../etc/passwd', '%2e%2e/stdout', '..', '__proto__', 'constructor'])(
      'cannot read anything at a made-up address: %s',
      async (id) => {
        await expect(
          other.client.readResource({ uri: `sandcell://executions/${id}/stdout` }),
        ).rejects.toThrow(/EXECUTION_NOT_FOUND|not found|Nothing can be read/);
      },
    );
  });
});
