import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asEachUser, type Attacker, openAttacker } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

/** What can be done to a file, as a dictionary of attacks on `path`. */
const DAMAGE = `
def damage(path):
    folder = os.path.dirname(path) if not os.path.isdir(path) else path
    new = os.path.join(folder, 'new-' + str(os.getpid()))
    return {
        'append': opened(path, os.O_WRONLY | os.O_APPEND) if not os.path.isdir(path) else 'folder',
        'truncate': attempt(os.truncate, path, 0) if not os.path.isdir(path) else 'folder',
        'create': opened(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL),
        'mkdir': attempt(os.mkdir, new + 'd'),
        'symlink': attempt(os.symlink, '/etc/passwd', new + 's'),
        'chmod': attempt(os.chmod, path, 0o777),
        'chown': attempt(os.chown, path, 1000, 1000),
        'utime': attempt(os.utime, path, (0, 0)),
        'rename': attempt(os.rename, path, path + '~'),
        'unlink': attempt(os.unlink, path) if not os.path.isdir(path) else attempt(os.rmdir, path),
        'xattr': attempt(os.setxattr, path, 'user.x', b'1'),
    }
`;

asEachUser((user) => {
  let server: TestServer;
  let attacker: Attacker;

  beforeAll(async () => {
    server = await user.startServer();
    attacker = await openAttacker(server);
    await attacker.run(DAMAGE);
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  test('a file of one’s own can be changed in each of these ways', async () => {
    const damage = (await attacker.ask(
      `os.makedirs('/workspace/own', exist_ok=True); open('/workspace/own/file', 'w').close()
report(damage('/workspace/own/file'))`,
    )) as Record<string, string>;

    // A renamed file is no longer there for what follows.
    expect(Object.values(damage).filter((answer) => answer === 'ok')).toHaveLength(9);
  });

  test.each([
    '/usr/bin/env',
    '/usr',
    '/bin',
    '/etc/passwd',
    '/etc/hosts',
    '/etc',
    '/',
    '/run/sandcell/host.sock',
    '/run/sandcell',
    '/opt/sandcell/guests/python/kernel.py',
    '/opt/sandcell/guests',
    '/dev',
    '/proc/sys/kernel',
  ])('the system cannot be changed: %s', async (path) => {
    const answers = Object.values(
      (await attacker.ask(`report(damage('${path}'))`)) as Record<string, string>,
    );

    expect(answers).not.toContain('ok');
    expect(answers.filter((answer) => ['EROFS', 'EACCES', 'EPERM'].includes(answer)).length).toBeGreaterThan(
      4,
    );
  });

  test('the runtime that everything runs on cannot be changed', async () => {
    const answers = (await attacker.ask(
      'report({path: damage(path) for path in (sys.executable, os.__file__, sys.prefix)})',
    )) as Record<string, Record<string, string>>;

    expect(Object.values(answers).flatMap((damage) => Object.values(damage))).not.toContain('ok');
  });

  test('no setting of the host’s kernel can be written', async () => {
    const search = `
seen, writable = 0, []
for top, folders, files in os.walk('/proc/sys'):
    for name in files:
        seen += 1
        if opened(os.path.join(top, name), os.O_WRONLY) == 'ok': writable.append(name)
report([seen > 100, len(writable), len(writable) == 0 or 'core_pattern' in writable])`;

    expect(await attacker.ask(search)).toEqual([true, 0, true]);
    if (user.uid === 0) expect(await user.onHost(search)).not.toContain(0);
  });

  test('no switch of the machine in /proc can be written', async () => {
    expect(
      await attacker.ask(`
paths = ['/proc/' + name for name in ('sysrq-trigger', 'mtrr', 'irq/default_smp_affinity', 'kmsg', 'kcore', 'scsi/scsi')]
report([[opened(path, os.O_WRONLY) for path in paths if os.path.exists(path)].count('ok'),
        attempt(write, '/proc/sysrq-trigger', 'h') == 'ok', opened('/proc/kcore') == 'ok', attempt(write, '/proc/self/comm', 'x')])`),
    ).toEqual([0, false, false, 'ok']);
  });

  test('the kernel’s log and its addresses are not to be read', async () => {
    expect(
      await attacker.ask(`
addresses = {line.split()[0] for line in open('/proc/kallsyms')} if os.path.exists('/proc/kallsyms') else {'0' * 16}
report([{int(address, 16) for address in addresses} == {0}, opened('/proc/kmsg'), opened('/dev/kmsg')])`),
    ).toEqual([true, expect.stringMatching(/^E(ACCES|PERM)$/), 'ENOENT']);
  });

  test('devices are those that harm nobody', async () => {
    const devices = (await attacker.ask(`
import stat
modes = {name: os.lstat('/dev/' + name).st_mode for name in os.listdir('/dev')}
report(sorted(name for name, mode in modes.items() if stat.S_ISCHR(mode) or stat.S_ISBLK(mode)))`)) as string[];

    expect(devices).toEqual(['full', 'null', 'random', 'tty', 'urandom', 'zero']);
  });

  test('devices cannot be made', async () => {
    expect(
      await attacker.ask(`
import stat
report([attempt(os.mknod, '/workspace/disk', stat.S_IFBLK | 0o666, os.makedev(254, 0)),
        attempt(os.mknod, '/workspace/memory', stat.S_IFCHR | 0o666, os.makedev(1, 1)),
        attempt(os.mknod, '/workspace/null', stat.S_IFCHR | 0o666, os.makedev(1, 3)),
        attempt(os.mkfifo, '/workspace/fifo')])`),
    ).toEqual(['EPERM', 'EPERM', 'EPERM', 'ok']);
  });

  test('links lead to nothing of the host and bring nothing of the system in', async () => {
    expect(
      await attacker.ask(`
os.symlink('/etc/shadow', '/workspace/shadow')
os.symlink('../../../../../../etc/shadow', '/workspace/up')
os.symlink('/proc/1/root/etc/shadow', '/workspace/through-pid-1')
open('/workspace/mine', 'w').write('x')
report([opened('/workspace/shadow'), opened('/workspace/up'), opened('/workspace/through-pid-1'),
        attempt(os.link, '/usr/bin/env', '/workspace/env'), attempt(os.link, '/etc/passwd', '/tmp/passwd'),
        attempt(os.link, '/workspace/mine', '/workspace/mine-too')])`),
    ).toEqual(['ENOENT', 'ENOENT', 'ENOENT', 'EXDEV', 'EXDEV', 'ok']);
  });

  test('set-user-id programs give nothing', async () => {
    expect(
      await attacker.ask(`
import shutil, stat
programs = [entry.path for entry in os.scandir('/usr/bin') if entry.is_file() and entry.stat().st_mode & stat.S_ISUID]
shutil.copy('/usr/bin/id', '/workspace/id'); os.chmod('/workspace/id', 0o6755)
run = lambda *command: subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
report([len(programs) > 0,
        run('su', '-c', 'id').returncode == 0, run('mount', '-t', 'tmpfs', 'x', '/mnt').returncode == 0,
        run('/workspace/id', '-u').stdout.strip(), run('id', '-u').stdout.strip(),
        run('unshare', '-r', 'true').returncode == 0, run('setpriv', '--reuid', '0', 'true').returncode == 0])`),
    ).toEqual([true, false, false, '1000', '1000', false, false]);
  });

  test('nobody can become somebody else', async () => {
    expect(
      await attacker.ask(`
report([attempt(os.setuid, 0), attempt(os.setgid, 0), attempt(os.setgroups, [0]), attempt(os.setresuid, 0, 0, 0),
        attempt(os.setreuid, 65534, 65534), attempt(os.setuid, 1000), os.getresuid()])`),
    ).toEqual(['EINVAL', 'EINVAL', 'EPERM', 'EINVAL', 'EINVAL', 'ok', [1000, 1000, 1000]]); // such users do not exist
  });

  test('maps of users cannot be written', async () => {
    expect(
      await attacker.ask(`
report([attempt(write, '/proc/self/' + name, text) for name, text in
        (('uid_map', '0 1000 1'), ('gid_map', '0 1000 1'), ('setgroups', 'allow'), ('comm', 'me'))])`),
    ).toEqual(['EPERM', 'EPERM', 'EACCES', 'ok']);
  });

  test('a crash leaves no core file', async () => {
    expect(
      await attacker.ask(`
before = set(os.listdir('.'))
pid = os.fork()
if pid == 0: os.abort()
status = os.waitpid(pid, 0)[1]
report([os.WTERMSIG(status), os.WCOREDUMP(status), sorted(set(os.listdir('.')) - before)])`),
    ).toEqual([6, false, []]);
  });

  test.runIf(user.uid === 0)('root whose runtime folder lets nobody in can start a sandbox', async () => {
    const folder = mkdtempSync('/tmp/sandcell-user-');
    try {
      await using shut = await user.startServer([], { XDG_RUNTIME_DIR: folder });

      expect(await (await openAttacker(shut)).ask('report(6 * 7)')).toBe(42);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
