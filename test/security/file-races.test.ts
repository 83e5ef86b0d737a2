import { randomUUID } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asEachUser } from '../helpers/attacks.ts';
import { type TestServer, textOf } from '../helpers/server.ts';

const CALLS = 1200;
const AT_ONCE = 8;

/** What code in the sandbox puts in the place of a file and of a folder, again and again, until it is told to stop. */
const SWAPPER = (folder: string): string => `
import subprocess, sys
subprocess.Popen([sys.executable, '-c', r'''
import itertools, os, shutil, socket, time
os.chdir('/workspace')
open('base', 'w').write('inside')
outside = ${JSON.stringify(folder)}
def make(kind, at):
    if kind == 'file': open(at, 'w').write('inside')
    elif kind == 'folder':
        os.mkdir(at)
        open(at + '/target', 'w').write('inside')
    elif kind == 'fifo': os.mkfifo(at)
    elif kind == 'socket': socket.socket(socket.AF_UNIX).bind(at)
    elif kind == 'hard link': os.link('base', at)
    else: os.symlink(kind, at)
up = '../' * 12
files = ['file', outside + '/target', 'fifo', up + outside[1:] + '/target', 'hard link', '/proc/self/root' + outside + '/target', 'folder', 'file', 'socket', 'folder/target']
folders = ['folder', outside, 'folder', up + outside[1:], '/proc/self/cwd', 'folder', '/proc/1/root' + outside, '..', 'fifo', '/']
def swap(name, kind, n):
    make(kind, 'new')
    try: os.rename(name, 'old')
    except FileNotFoundError: pass
    os.rename('new', name)
    if os.path.isdir('old') and not os.path.islink('old'): shutil.rmtree('old', ignore_errors=True)
    elif os.path.lexists('old'): os.unlink('old')
begin = time.time()
for n in itertools.count():
    if os.path.exists('stop') or time.time() - begin > 100: break
    for name, kinds in (('file', files), ('folder', folders)):
        try: swap(name, kinds[n % len(kinds)], n)
        except OSError: shutil.rmtree('new', ignore_errors=True)
''' ], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
None`;

/** What is tried here is worth something: who opens a path as a whole is led to the host's file, sooner or later. */
function expectToBeLedOut(path: string, secret: string): void {
  for (let attempt = 0; attempt < 1_000_000; attempt += 1) {
    try {
      if (readFileSync(path, 'utf8') === secret) return;
    } catch {
      // It is being swapped, or is something else at the moment.
    }
  }
  throw new Error('nothing that was put there led out');
}

asEachUser((user) => {
  const secret = randomUUID();
  let outside: string;

  beforeEach(() => {
    outside = mkdtempSync('/var/tmp/sandcell-outside-');
    mkdirSync(join(outside, 'workspace'));
    writeFileSync(join(outside, 'target'), secret);
    for (const name of ['', 'workspace', 'target']) chownSync(join(outside, name), user.uid, user.uid);
  });

  afterEach(() => {
    rmSync(outside, { recursive: true, force: true });
  });

  /** Calls of all three tools on what is being swapped; what was answered. */
  async function race(server: TestServer): Promise<Map<string, number>> {
    const calls: [tool: string, args: Record<string, unknown>][] = [
      ['read_file', { path: 'file' }],
      ['write_file', { path: 'file', text: 'inside' }],
      ['read_file', { path: 'folder/target' }],
      ['write_file', { path: 'file', text: 'inside', append: true }],
      ['list_files', { path: 'folder', depth: 2 }],
      ['write_file', { path: 'folder/target', text: 'inside' }],
      ['write_file', { path: 'folder/target', text: 'i', offset: 0 }],
      ['list_files', { depth: 3 }],
      ['write_file', { path: 'folder/made/deep', text: 'inside' }],
      ['read_file', { path: 'folder/target', offset: 0, length: 100 }],
    ];
    const answers = new Map<string, number>();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let n = next++; n < CALLS; n = next++) {
        const [tool, args] = calls[n % calls.length] ?? ['', {}];
        const answer = await server.call(tool, args);
        expect(JSON.stringify(answer)).not.toContain(secret);
        const said = answer.isError ? (/^[A-Z_]+/.exec(textOf(answer))?.[0] ?? '') : 'done';
        answers.set(said, (answers.get(said) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return answers;
  }

  test.each(['in memory', 'on a folder of the host'])(
    `${String(CALLS)} calls on files that are swapped meanwhile never leave a workspace %s`,
    async (where) => {
      const args = where === 'in memory' ? [] : ['--workspace', join(outside, 'workspace')];
      await using server = await user.startServer(args);
      await server.run({ language: 'python' }, SWAPPER(outside));

      if (where !== 'in memory') expectToBeLedOut(join(outside, 'workspace/folder/target'), secret);

      const answers = await race(server);
      await server.call('write_file', { path: 'stop', text: '' });

      const known = ['done', 'FILE_NOT_FOUND', 'INVALID_ARGUMENT', 'PATH_NOT_ALLOWED'];
      expect([...answers.keys()].filter((said) => !known.includes(said))).toEqual([]);
      // It was a race: some were served, some were refused because of what stood there.
      for (const said of ['done', 'PATH_NOT_ALLOWED', 'INVALID_ARGUMENT'])
        expect([said, answers.has(said)]).toEqual([said, true]);
      expect(readdirSync(outside).sort()).toEqual(['target', 'workspace']);
      expect(readFileSync(join(outside, 'target'), 'utf8')).toBe(secret);
    },
  );
});
