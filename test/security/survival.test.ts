import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asEachUser, createContext, openAttacker } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

const CGROUPS = '/sys/fs/cgroup';

/** Starts processes that do all they can to live on; each bears the marker in its command line. */
const DAEMONS = `
MARKER = {marker}
def daemon(before):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1, 65):
                try: signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError): pass
            before()
            os.execv(sys.executable, ['python', '-c', 'import time\\nwhile True: time.sleep(1)', MARKER])
        os._exit(0)
    os.wait()
daemon(lambda: os.closerange(0, 4096)); daemon(lambda: None); daemon(lambda: os.nice(19))
sleeper = subprocess.Popen([sys.executable, '-c', 'input()', MARKER], stdin=subprocess.PIPE, start_new_session=True)
def marked(): return [pid for pid in pids() if MARKER.encode() in open('/proc/%d/cmdline' % pid, 'rb').read()]
while len(marked()) < 4: pass
os.kill(marked()[0], signal.SIGSTOP)
for name in ('/workspace/kept', '/tmp/kept', '/dev/shm/kept'): open(name, 'w').write(MARKER)
report(len(marked()))`;

asEachUser((user) => {
  /** A sandbox full of daemons; what is theirs on the host is found by the marker. */
  async function infest(
    server: TestServer,
  ): Promise<{ marker: string; sandboxId: string; contextId: string }> {
    const marker = randomUUID();
    const attacker = await openAttacker(server, { sandbox_id: 'new' });
    expect(await attacker.ask(DAEMONS.replace('{marker}', `'${marker}'`))).toBe(4);
    expect(marked(marker)).toHaveLength(4);
    return { marker, sandboxId: attacker.sandboxId, contextId: attacker.contextId };
  }

  /** A sandbox's folder on the host, as its mounts tell: …/sandcell-…/NAME/run is its /run/sandcell. */
  async function folderOf(server: TestServer, contextId: string): Promise<string> {
    const { stdout } = await server.run(
      { context_id: contextId },
      `print(open('/proc/self/mountinfo').read())`,
    );
    const path = /^\S+ \S+ \S+ (\S+)\/run \/run\/sandcell /m.exec(stdout)?.[1] ?? '';
    return join(user.home, ...path.split('/').slice(-2));
  }

  const folders = (): string[] => readdirSync(user.home).filter((name) => /^sandcell-\d/.test(name));

  test('kill_sandbox leaves no process, cgroup, file or socket of the sandbox', async () => {
    await using server = await user.startServer();
    const { marker, sandboxId, contextId } = await infest(server);
    const own = await folderOf(server, contextId);
    const groups = cgroupsOf(server.pid).filter((folder) => holds(folder, marked(marker)));
    expect(readdirSync(own)).toEqual(['run']);
    expect(read('/proc/net/unix')).toContain(`${own}/`);
    expect(groups.length > 0).toBe(server.stderr().includes('"limits":"cgroup'));

    await server.call('kill_sandbox', { sandbox_id: sandboxId });

    expect(marked(marker)).toEqual([]);
    expect(existsSync(own)).toBe(false);
    expect(groups.filter((folder) => existsSync(folder))).toEqual([]);
    expect(read('/proc/net/unix')).not.toContain(`${own}/`);
  });

  test('a kernel that is killed takes its daemons along, and leaves its siblings alone', async () => {
    await using server = await user.startServer();
    const { marker, contextId, sandboxId } = await infest(server);
    const sibling = await createContext(server, { language: 'python', sandbox_id: sandboxId });
    await server.run({ context_id: sibling.contextId }, 'kept = 41');

    const died = await server.run({ context_id: contextId }, 'os.kill(os.getpid(), signal.SIGKILL)');

    expect(died).toMatchObject({ status: 'kernel_died', state: 'lost' });
    expect(marked(marker)).toEqual([]);
    expect((await server.run({ context_id: sibling.contextId }, 'kept + 1')).result).toBe('42');
    expect((await server.run({ context_id: contextId }, 'open("/workspace/kept").read()')).result).toContain(
      marker,
    );
  });

  test('a cell out of time is killed where it does not stop, with its daemons', async () => {
    await using server = await user.startServer();
    const { marker, contextId } = await infest(server);

    const stopped = await server.run(
      { context_id: contextId },
      'signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass',
      { timeout_ms: 300 },
    );

    expect(stopped).toMatchObject({ status: 'timeout', state: 'lost' });
    expect(marked(marker)).toEqual([]);
  });

  test('the end of the client’s connection leaves nothing', async () => {
    const server = await user.startServer();
    const { pid } = server;
    const before = folders();
    const { marker } = await infest(server);
    const own = folders().filter((name) => !before.includes(name));

    await server.client.close();

    await expect.poll(() => marked(marker)).toEqual([]);
    await expect.poll(() => folders().filter((name) => own.includes(name))).toEqual([]);
    expect(cgroupsOf(pid)).toEqual([]);
  });

  describe('SIGKILL of the server', () => {
    test('ends every process of its sandboxes', async () => {
      const server = await user.startServer();
      const { marker } = await infest(server);
      const sandboxed = descendants(server.pid);
      expect(sandboxed.length).toBeGreaterThan(6);

      process.kill(server.pid, 'SIGKILL');

      await expect.poll(() => marked(marker), { timeout: 20_000 }).toEqual([]);
      await expect.poll(() => sandboxed.filter(isAlive), { timeout: 20_000 }).toEqual([]);
      await server.client.close();
    });

    test('ends sandboxes that are just starting', async () => {
      for (let round = 0; round < 8; round += 1) {
        const server = await user.startServer();
        await createContext(server, { language: 'bash' });
        const starting = [1, 2, 3].map(() => createContext(server, { language: 'bash', sandbox_id: 'new' }));
        const ended = Promise.allSettled(starting);
        await expect.poll(() => marked(user.home).length).toBeGreaterThan(3); // two processes are an anchor

        process.kill(server.pid, 'SIGKILL');

        await ended;
        await server.client.close();
      }

      await expect.poll(() => marked(user.home), { timeout: 20_000 }).toEqual([]);
    });

    test('leaves folders and cgroups that the next server of this user sweeps', async () => {
      const server = await user.startServer();
      const { pid } = server;
      const { marker } = await infest(server);
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => marked(marker), { timeout: 20_000 }).toEqual([]);
      await server.client.close();
      expect(folders().some((name) => isOf(pid, name))).toBe(true);

      await using next = await user.startServer();
      await createContext(next, { language: 'python' });

      expect(folders().filter((name) => isOf(pid, name))).toEqual([]);
      expect(cgroupsOf(pid)).toEqual([]);
      expect(folders()).toHaveLength(1);
    });
  });
});

/** Processes of the host whose command line holds the text. */
function marked(text: string): number[] {
  return processes().filter((pid) => read(`/proc/${String(pid)}/cmdline`).includes(text));
}

function descendants(pid: number): number[] {
  const found = [pid];
  for (const parent of found) {
    const children = read(`/proc/${String(parent)}/task/${String(parent)}/children`);
    found.push(...children.split(' ').filter(Boolean).map(Number));
  }
  return found.slice(1);
}

/** Zombies are dead: they wait for a parent that reads what became of them. */
function isAlive(pid: number): boolean {
  return /^State:\s+[^ZX]/m.test(read(`/proc/${String(pid)}/status`));
}

function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** Whether a folder or group is named after the server of this pid (and of a pid namespace and a start time). */
function isOf(pid: number, name: string): boolean {
  return new RegExp(`^sandcell-\\d+-${String(pid)}-`).test(name);
}

/** Control groups that a server has made, of any hierarchy. */
function cgroupsOf(pid: number, folder = CGROUPS): string[] {
  return foldersIn(folder).flatMap((name) => {
    const path = join(folder, name);
    return isOf(pid, name) ? [path] : cgroupsOf(pid, path);
  });
}

function holds(cgroup: string, pids: readonly number[]): boolean {
  const inside = read(join(cgroup, 'cgroup.procs')).split('\n').map(Number);
  return pids.some((pid) => inside.includes(pid));
}

/** Groups of other programs come and go meanwhile. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
