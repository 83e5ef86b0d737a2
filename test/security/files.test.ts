import { readFileSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asEachUser, asStranger, type Attacker, isRoot, openAttacker } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

asEachUser((user) => {
  const secret = randomUUID();
  let server: TestServer;
  let attacker: Attacker;

  beforeAll(async () => {
    writeFileSync(join(user.home, secret), secret, { mode: 0o644 });
    // An open file without close-on-exec, as careless programs hand on, and a secret in the environment.
    const careless = ['/bin/bash', '--norc', '-c', `exec 7<${join(user.home, secret)}; exec "$@"`, 'sh'];
    server = await user.startServer([], { SECRET: secret }, careless);
    attacker = await openAttacker(server);
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  test('the root folder holds the sandbox and nothing of the host', async () => {
    const folders = (await attacker.ask('report(os.listdir("/"))')) as string[];

    const known = ['bin', 'dev', 'etc', 'lib', 'lib32', 'lib64', 'libx32', 'opt', 'proc', 'run', 'sbin'];
    const runtimes = ['home', 'root', 'work', 'usr', 'tmp', 'workspace'];
    expect(folders.filter((name) => ![...known, ...runtimes].includes(name))).toEqual([]);
    expect(folders).toContain('workspace');
  });

  test.each(['/etc/shadow', '/sys', '/var', '/boot', '/run/user', '/run/lock', '/etc/hostname', '/etc/ssh'])(
    'a host path is not there: %s',
    async (path) => {
      expect(await attacker.ask(`report([os.path.lexists("${path}"), opened("${path}")])`)).toEqual([
        false,
        'ENOENT',
      ]);
    },
  );

  test('files of the server, of its user and of /tmp are not there', async () => {
    const paths = [join(user.home, secret), user.home, join(REPOSITORY, 'package.json'), '/run/docker.sock'];
    const probe = `report([opened(path) for path in ${JSON.stringify(paths)}])`;

    expect(await user.onHost(probe)).toEqual(['ok', 'ok', 'ok', expect.any(String)]);
    expect(await attacker.ask(probe)).toEqual(['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT']);
  });

  test('a file of the host is under no name in the whole tree', async () => {
    const search = (folders: string): string => `
names = [name for top in ${folders} for _, folders, files in os.walk(top) for name in folders + files]
report([len(names) > 0, '${secret}' in names])`;

    const everything = '["/" + name for name in os.listdir("/") if name not in ("proc", "usr")]';
    expect(await attacker.ask(search(everything))).toEqual([true, false]);
    expect(await user.onHost(search(`["${user.home}"]`))).toEqual([true, true]);
  });

  test('the users of the host are unknown', async () => {
    const probe = 'import pwd; report([entry.pw_name for entry in pwd.getpwall()])';

    expect(await attacker.ask(probe)).toEqual(['root', 'user', 'nobody']);
    expect(((await user.onHost(probe)) as string[]).length).toBeGreaterThan(3);
  });

  test('a secret in the environment of the server is nowhere in /proc', async () => {
    const found = await attacker.ask(`
needle = '-'.join(${JSON.stringify(secret.split('-'))}).encode()
seen, hits = 0, []
for top, folders, files in os.walk('/proc', onerror=lambda error: None):
    folders[:] = [name for name in folders if name not in ('map_files', 'self', 'thread-self', 'task')]
    for name in files:
        if name in ('mem', 'kmsg', 'pagemap', 'clear_refs', 'kpagecount', 'kpageflags', 'kpagecgroup'): continue
        try:
            with open(os.open(os.path.join(top, name), os.O_RDONLY | os.O_NONBLOCK), 'rb') as opened_file:
                seen += 1
                if needle in (opened_file.read(1 << 20) or b''): hits.append(os.path.join(top, name))
        except OSError: pass
report([seen > 100, hits])`);

    expect(found).toEqual([true, []]);
    expect(readFileSync(`/proc/${String(server.pid)}/environ`, 'utf8')).toContain(secret);
  });

  test('the environment is the sandbox’s own', async () => {
    const names = (await attacker.ask('report(sorted(os.environ))')) as string[];

    expect(names).not.toContain('SECRET');
    expect(names.filter((name) => /TOKEN|XDG|SSH|NODE|SANDCELL|npm_(?!config_)/.test(name))).toEqual([]);
    expect(await attacker.ask('report(os.environ["HOME"])')).toBe('/home/user');
  });

  test('pid 1 and every other process lead to no other root, folder or environment', async () => {
    expect(
      await attacker.ask(`
roots = {tuple(sorted(os.listdir('/proc/%d/root' % pid))) for pid in pids()}
shadows = {opened('/proc/%d/root/etc/shadow' % pid) for pid in pids()}
up = {opened('/proc/%d/cwd/../../../etc/shadow' % pid) for pid in pids()}
report([len(pids()) >= 2, roots == {tuple(sorted(os.listdir('/')))}, list(shadows), list(up)])`),
    ).toEqual([true, true, ['ENOENT'], ['ENOENT']]);
  });

  test('no descriptor of the server leaks into any process', async () => {
    const leaked = `any('${secret}' in open_file for open_file in targets)`;
    const targets = (await attacker.ask(`
targets = []
for pid in pids():
    for fd in os.listdir('/proc/%d/fd' % pid):
        try: targets.append(os.readlink('/proc/%d/fd/%s' % (pid, fd)))
        except OSError: pass
report([${leaked}, sorted({target.split(':')[0].split('/')[-1].split('-')[0] for target in targets})])`)) as [
      boolean,
      string[],
    ];

    expect(targets[0]).toBe(false);
    const known = ['null', 'fifo', 'socket', 'anon_inode', 'fd'];
    expect(targets[1].filter((kind) => !known.includes(kind))).toEqual([]);
    expect(readFileSync(`/proc/${String(server.pid)}/fd/7`, 'utf8')).toBe(secret);
  });

  test('descriptors are the standard ones, the frames and private copies', async () => {
    const fds = (await attacker.ask(
      `report(sorted(int(fd) for fd in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + fd)
        or os.path.islink('/proc/self/fd/' + fd)))`,
    )) as number[];

    expect(fds.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(fds.filter((fd) => fd > 3 && fd < 64)).toEqual([]);
    expect(await attacker.ask(`report([attempt(os.listdir, fd) for fd in (0, 1, 2, 3)])`)).toEqual(
      Array.from({ length: 4 }, () => 'ENOTDIR'),
    );
  });

  test('the token of the guest cannot be used again', async () => {
    const answers = await attacker.ask(`
import re
text = b''.join(open('/proc/%d/%s' % (pid, name), 'rb').read() for pid in pids() for name in ('cmdline', 'environ'))
tokens = set(re.findall(rb'\\b[0-9a-f]{32}\\b', text)) or {b'0' * 32}
answers = []
for token in tokens:
    for role in ('frames', 'interrupt'):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect('/run/sandcell/host.sock')
        connection.sendall(json.dumps({'type': 'hello', 'role': role, 'token': token.decode()}).encode() + b'\\n')
        try: answers.append(connection.recv(100).decode())
        except ConnectionResetError: answers.append('')
report(answers)`);

    expect(new Set(answers as string[])).toEqual(new Set([''])); // end of file: closed without a word
    expect(await attacker.ask('report(1)')).toBe(1);
  });

  test.runIf(isRoot)('sockets and FIFOs are out of reach for other users of the host', async () => {
    const folder = await attacker.ask(`report(os.readlink('/proc/self/fd/1').split('/fifos/')[0])`);
    const [own] = (await attacker.ask(
      `report([line.split()[3].split('/')[-2] for line in open('/proc/self/mountinfo') if ' /run/sandcell ' in line])`,
    )) as [string];
    const names = ['fifos', 'etc/passwd', join(own, 'run'), join(own, 'run/host.sock')];
    const probe = `report([attempt(os.stat, os.path.join(${JSON.stringify(folder)}, name) + '/.') for name in ${JSON.stringify(names)}])`;

    expect(await asStranger(probe)).toEqual(['EACCES', expect.any(String), 'EACCES', 'EACCES']);
    expect(await user.onHost(probe)).toEqual(['ok', 'ENOTDIR', 'ok', 'ENOTDIR']);
  });
});
