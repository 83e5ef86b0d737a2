import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asEachUser, createContext, type HostUser, isRoot } from '../helpers/attacks.ts';
import { runCommand } from '../../src/processes/run-command.ts';
import { startServer, textOf } from '../helpers/server.ts';

/** A folder of the host that belongs to the user, in a folder that the sandbox must not see. */
function makeFolder(user: HostUser): { folder: string; canary: string } {
  const outer = mkdtempSync('/var/tmp/sandcell-host-');
  const folder = join(outer, 'project');
  const canary = join(outer, 'canary');
  mkdirSync(folder, { mode: 0o750 });
  writeFileSync(canary, 'of the host');
  writeFileSync(join(folder, 'data.csv'), 'a,b\n1,2\n', { mode: 0o640 });
  for (const path of [outer, folder, canary, join(folder, 'data.csv')]) chownSync(path, user.uid, user.uid);
  return { folder, canary };
}

asEachUser((user) => {
  let folder: string;
  let canary: string;

  beforeEach(() => {
    ({ folder, canary } = makeFolder(user));
  });

  afterEach(() => {
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  const ownerOf = (name: string): number => statSync(join(folder, name)).uid;

  test('code reads and writes the files of the folder, which stay the user’s', async () => {
    await using server = await user.startServer(['--workspace', folder]);
    const { result, stderr } = await server.run(
      { language: 'python' },
      `import os
os.makedirs('out/deep')
open('out/deep/result.txt', 'w').write(open('data.csv').read().upper())
open('data.csv', 'a').write('3,4\\n')
os.getuid(), os.stat('data.csv').st_uid, os.getcwd(), os.path.exists(${JSON.stringify(canary)}), sorted(os.listdir())`,
    );
    await server.call('write_file', { path: 'written/by-tool.txt', text: 'tool' });

    expect([stderr, result]).toEqual(['', "(1000, 1000, '/workspace', False, ['data.csv', 'out'])"]);
    expect(readFileSync(join(folder, 'out/deep/result.txt'), 'utf8')).toBe('A,B\n1,2\n');
    expect(readFileSync(join(folder, 'data.csv'), 'utf8')).toBe('a,b\n1,2\n3,4\n');
    expect(readFileSync(join(folder, 'written/by-tool.txt'), 'utf8')).toBe('tool');
    for (const name of ['out', 'out/deep/result.txt', 'data.csv', 'written', 'written/by-tool.txt'])
      expect([name, ownerOf(name)]).toEqual([name, user.uid]);
    expect((await server.call('list_files')).structuredContent).toMatchObject({
      entries: [
        { path: '/workspace/data.csv', size_bytes: 12 },
        { path: '/workspace/out' },
        { path: '/workspace/written' },
      ],
    });
  });

  test('several sandboxes share it, and it outlives them', async () => {
    await using server = await user.startServer(['--workspace', folder]);
    const first = await createContext(server, { language: 'bash' });
    const second = await createContext(server, { language: 'bash', sandbox_id: 'new' });
    await server.run({ context_id: first.contextId }, 'echo one > shared; umask 077; echo private > closed');
    const { stdout } = await server.run(
      { context_id: second.contextId },
      'cat shared closed; echo two >> shared; echo x > /tmp/own',
    );
    expect(stdout).toBe('one\nprivate\n');
    expect((await server.run({ context_id: first.contextId }, 'cat shared; ls /tmp/own')).stdout).toBe(
      'one\ntwo\n',
    );
    await server.call('kill_sandbox');

    expect(readFileSync(join(folder, 'shared'), 'utf8')).toBe('one\ntwo\n');
    expect((await server.run({ language: 'bash' }, 'cat shared')).stdout).toBe('one\ntwo\n');
  });

  test('with :ro it can only be read, by code and by tools', async () => {
    await using server = await user.startServer(['--workspace', `${folder}:ro`]);
    for (const [language, code] of [
      ['python', "open('x', 'w')"],
      ['bash', 'echo x > x'],
      ['javascript', "require('fs').writeFileSync('x', 'x')"],
    ] as const) {
      const output = await server.run({ language }, code);
      expect([language, JSON.stringify(output)]).toEqual([
        language,
        expect.stringContaining('ead-only file system'),
      ]);
    }

    expect(
      (await server.run({ language: 'bash' }, 'cat data.csv; echo x > /tmp/x && cat /tmp/x')).stdout,
    ).toBe('a,b\n1,2\nx\n');
    expect(textOf(await server.call('write_file', { path: 'x', text: 'x' }))).toMatch(
      /^PATH_NOT_ALLOWED: \/workspace\/x cannot be changed: it is on a file system that is read-only\n/,
    );
    expect((await server.call('read_file', { path: 'data.csv' })).structuredContent).toMatchObject({
      text: 'a,b\n1,2\n',
    });
  });

  test('a link of the folder to a file outside leads nowhere, for code and for tools', async () => {
    symlinkSync(canary, join(folder, 'absolute'));
    symlinkSync('../canary', join(folder, 'relative'));
    symlinkSync('..', join(folder, 'up'));
    await using server = await user.startServer(['--workspace', folder]);

    for (const path of ['absolute', 'relative', 'up/canary', '../canary']) {
      expect([path, (await server.run({ language: 'bash' }, `cat ${path}`)).stdout]).toEqual([path, '']);
      const answers = [
        await server.call('read_file', { path }),
        await server.call('write_file', { path, text: 'overwritten' }),
        await server.call('write_file', { path, text: 'appended', append: true }),
        await server.call('list_files', { path: 'up' }),
      ].map(textOf);
      for (const answer of answers) expect(answer).toMatch(/^(PATH_NOT_ALLOWED|FILE_NOT_FOUND): /);
    }
    expect(readFileSync(canary, 'utf8')).toBe('of the host');
  });

  test('no program in it gains rights, and no device works', async () => {
    await using server = await user.startServer(['--workspace', folder]);

    const { stdout } = await server.run({ language: 'bash' }, "grep ' /workspace ' /proc/self/mountinfo");
    expect(stdout).toMatch(/ rw,nosuid,nodev/);
  });

  test('a folder that has gone is said to have gone', async () => {
    await using server = await user.startServer(['--workspace', folder]);
    await server.run({ language: 'bash' }, 'echo x > x');
    rmSync(folder, { recursive: true });

    expect(textOf(await server.call('read_file', { path: 'x' }))).toMatch(/^FILE_NOT_FOUND: /);
    await server.call('kill_sandbox');
    // The spare may have been made before, so the one after it.
    await server.call('create_context', { language: 'bash', sandbox_id: 'new' });
    const later = await server.call('create_context', { language: 'bash', sandbox_id: 'new' });
    expect(textOf(later)).toMatch(
      /^ISOLATION_UNAVAILABLE: The folder of the setting workspace is no longer there\n/,
    );
  });
});

test.runIf(isRoot)('root shares a folder of any owner, even below one that keeps others out', async () => {
  const outer = mkdtempSync('/var/tmp/sandcell-host-');
  const folder = join(outer, 'project');
  mkdirSync(folder, { mode: 0o700 });
  chmodSync(outer, 0o700);
  chownSync(folder, 12_345, 23_456);
  await using server = await startServer(['--workspace', folder]);
  const { stdout } = await server.run({ language: 'bash' }, 'echo x > made; stat -c "%u %g" . made');
  const { uid, gid } = statSync(join(folder, 'made'));
  rmSync(outer, { recursive: true });

  expect(stdout).toBe('1000 1000\n1000 1000\n');
  expect([uid, gid]).toEqual([12_345, 23_456]);
});

describe('a folder that gives too much away stops the start:', () => {
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const home = mkdtempSync('/tmp/sandcell-home-');

  beforeAll(() => {
    for (const name of ['.ssh', 'project']) mkdirSync(join(home, name));
    writeFileSync(join(home, 'file'), '');
  });

  afterAll(() => {
    rmSync(home, { recursive: true });
  });

  test.each([
    ['/', 'is too much'],
    ['/tmp', 'is too much'],
    ['/etc', 'belongs to the system'],
    ['/usr/share/doc', 'belongs to the system'],
    ['/proc/self/root/etc', 'belongs to the system'],
    [home, 'holds the home of the user'],
    [join(home, '.ssh'), 'is among the hidden folders of a home'],
    [join(home, 'file'), 'is no folder'],
    [join(home, 'none:ro'), 'is no folder'],
    [repository, 'holds, or is part of, this program'],
    [join(repository, 'dist'), 'holds, or is part of, this program'],
  ])('%s', async (folder, why) => {
    const cli = join(repository, 'dist/cli.js');
    const argv = [process.execPath, cli, '--workspace', folder] as const;
    const { code, stderr } = await runCommand(argv, { timeoutMs: 30_000, env: { HOME: home } });

    expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
    expect(stderr).toMatch(/^sandcell: workspace is "/);
  });
});
