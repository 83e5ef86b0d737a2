import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bash } from '../../src/kernels/bash.ts';
import type { KernelDriver } from '../../src/kernels/kernel.ts';
import type { Preparation } from '../../src/kernels/preparation.ts';
import { selectRuntime } from '../../src/kernels/runtimes.ts';
import { createLogger } from '../../src/logger.ts';
import { defer } from '../../src/processes/deferred.ts';
import { Preparations } from '../../src/sandboxes/bubblewrap/preparations/preparations.ts';

const SETTINGS = { memoryMiB: 1024, preload: [], goStrategy: 'auto' } as const;

let cache: string;
let before: string | undefined;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'sandcell-cache-'));
  before = process.env['XDG_CACHE_HOME'];
  process.env['XDG_CACHE_HOME'] = cache;
});

afterEach(() => {
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(cache, { recursive: true, force: true });
});

function preparation(script: string, more: Partial<Preparation> = {}): Preparation {
  return {
    name: 'trial',
    title: 'the trial of Bash',
    guest: 'bash',
    command: ['sh', '-c', script],
    parameters: [],
    estimate: { seconds: 1, mib: 1 },
    ...more,
  };
}

/** A driver whose kernels need what the scripts make; the best first. */
function driverOf(...preparations: Preparation[]): KernelDriver {
  return { ...bash, preparations: () => preparations };
}

async function prepare(...preparations: Preparation[]) {
  await using all = new Preparations(SETTINGS, createLogger('silent'));
  const runtime = await selectRuntime('bash');
  return await all.obtain(driverOf(...preparations), runtime, new AbortController().signal);
}

async function makeOne(script: string, onProgress?: (line: string) => void): Promise<void> {
  await using all = new Preparations(SETTINGS, createLogger('silent'));
  const [wanted] = await all.wanted(driverOf(preparation(script)), await selectRuntime('bash'));
  if (!wanted) throw new Error('nothing is wanted');
  await all.make(wanted, onProgress);
}

const finished = (): string[] => readdirSync(join(cache, 'sandcell/prepared'));
const unfinished = (): string[] =>
  readdirSync(join(cache, 'sandcell/preparing')).filter((name) => !name.endsWith('.lock'));
const made = (file: string): string =>
  readFileSync(join(cache, 'sandcell/prepared', finished()[0] ?? '', file), 'utf8');

describe('a preparation', () => {
  test('fills a folder that kernels see at the path at which it was made', async () => {
    const prepared = await prepare(preparation('echo "$SANDCELL_OUT" > "$SANDCELL_OUT/where"'));
    expect(prepared?.reason).toBeUndefined();
    expect(prepared?.folder).toBe(`/opt/sandcell/prepared/${String(finished()[0])}`);
    expect(made('where')).toBe(`${String(prepared?.folder)}\n`);
    expect(unfinished()).toEqual([]);
  });

  test('sees the guests and the system, but no network, no home and nothing to write but its folders', async () => {
    const script = `
      ls /opt/sandcell/guests/bash > /dev/null || echo 'no guests'
      [ "$(grep -c : /proc/net/dev)" = 1 ] || echo 'a network'
      [ ! -e /root ] && [ ! -e /home ] || echo 'homes'
      for folder in /usr /opt/sandcell/guests; do
        if (: > "$folder/written") 2> /dev/null; then echo "writes $folder"; fi
      done
      touch "$HOME/x" "$TMPDIR/x" /build/x /tmp/x`;
    const lines: string[] = [];
    await makeOne(script, (line) => lines.push(line));
    expect(lines).toEqual([]);
  });

  test('tells its steps as they come', async () => {
    const lines: string[] = [];
    await makeOne('echo one; echo two', (line) => lines.push(line));
    expect(lines).toEqual(['one', 'two']);
  });

  test('is made once, and found by the next server', async () => {
    const script = 'cat /proc/sys/kernel/random/uuid > "$SANDCELL_OUT/id"';
    await prepare(preparation(script));
    const first = made('id');
    await prepare(preparation(script));
    expect(made('id')).toBe(first);
    expect(finished()).toHaveLength(1);
  });

  test('is made once by two servers that want it at the same time', async () => {
    const lines: string[] = [];
    const script = 'echo begun; cat /proc/sys/kernel/random/uuid > "$SANDCELL_OUT/id"';
    await Promise.all([
      makeOne(script, (line) => lines.push(line)),
      makeOne(script, (line) => lines.push(line)),
    ]);
    expect(lines).toEqual(['begun']);
    expect(finished()).toHaveLength(1);
  });

  test('is another one where a parameter has changed', async () => {
    await prepare(preparation('true', { parameters: ['one'] }));
    await prepare(preparation('true', { parameters: ['two'] }));
    expect(finished()).toHaveLength(2);
  });

  test('leaves nothing where it fails, and gives the reason', async () => {
    const failing = 'touch "$SANDCELL_OUT/half"; echo "the disk is full of sand" >&2; exit 3';
    await expect(prepare(preparation(failing))).rejects.toMatchObject({
      code: 'RUNTIME_NOT_FOUND',
      message: expect.stringContaining('the disk is full of sand') as string,
    });
    expect(finished()).toEqual([]);
    expect(unfinished()).toEqual([expect.stringMatching(/\.failed$/)]);
  });

  test('that failed is not tried at every call, but when it is asked for by name', async () => {
    const lines: string[] = [];
    const failing = preparation('echo tried; exit 1');
    await expect(prepare(failing)).rejects.toThrow();
    await expect(prepare(failing)).rejects.toThrow(/ended with code 1/);
    await expect(makeOne('echo tried; exit 1', (line) => lines.push(line))).rejects.toThrow();
    expect(lines).toEqual(['tried']);
  });

  test('that cannot be made here is refused with its reason', async () => {
    await expect(prepare(preparation('true', { obstacle: 'it needs a C compiler' }))).rejects.toMatchObject({
      code: 'RUNTIME_NOT_FOUND',
      message: expect.stringContaining('it needs a C compiler') as string,
    });
  });

  test('stops with its server, and leaves no process and no half-made folder in use', async () => {
    const all = new Preparations(SETTINGS, createLogger('silent'));
    const [wanted] = await all.wanted(
      driverOf(preparation('echo ready; sleep 1002')),
      await selectRuntime('bash'),
    );
    if (!wanted) throw new Error('nothing is wanted');
    const begun = defer<undefined>();
    const making = all.make(wanted, () => begun.resolve(undefined));
    await begun.promise;
    await Promise.all([expect(making).rejects.toThrow('shutting down'), all[Symbol.asyncDispose]()]);
    expect(finished()).toEqual([]);
    await vanished('sleep 1002');
  });

  test('of a server that was killed halfway is made anew, and its processes are gone', async () => {
    const script = 'echo ready; sleep 1003';
    const module = (path: string): string =>
      JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../dist', path)).href);
    const program = join(cache, 'server.mjs');
    writeFileSync(
      program,
      `import { build } from ${module('sandboxes/bubblewrap/preparations/build.js')};
       import { PreparedFolders } from ${module('sandboxes/bubblewrap/preparations/prepared-folders.js')};
       const preparation = { command: ['sh', '-c', ${JSON.stringify(script)}] };
       const onProgress = (line) => console.log(line);
       await build({ preparation, runtime: { folders: [] }, key: 'k' }, new PreparedFolders(), { signal: new AbortController().signal, onProgress });`,
    );
    const server = spawn(process.execPath, [program], {
      env: process.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(server.stdout, 'data');
    server.kill('SIGKILL');
    await once(server, 'exit');
    await vanished('sleep 1003');
    expect(finished()).toEqual([]);
    await makeOne('echo whole > "$SANDCELL_OUT/state"');
    expect(made('state')).toBe('whole\n');
  });
});

describe('of several preparations', () => {
  const plain = preparation('true', { name: 'plain', title: 'the plain way' });

  test('the best that is ready is used', async () => {
    const best = preparation('true', { name: 'best' });
    await prepare(best);
    expect(await prepare(best, plain)).toMatchObject({ name: 'best', reason: undefined });
    expect(finished()).toEqual([expect.stringMatching(/^best-/)]);
  });

  test('the plainest serves until a better one is ready, and the reason is said', async () => {
    const best = preparation('true', { name: 'best', title: 'the best way' });
    await using all = new Preparations(SETTINGS, createLogger('silent'));
    const runtime = await selectRuntime('bash');
    const { signal } = new AbortController();
    const first = await all.obtain(driverOf(best, plain), runtime, signal);
    expect(first).toMatchObject({
      name: 'plain',
      reason: expect.stringContaining('the best way is being prepared') as string,
    });
    const [wanted] = await all.wanted(driverOf(best, plain), runtime);
    if (wanted) await all.make(wanted);
    expect(await all.obtain(driverOf(best, plain), runtime, signal)).toMatchObject({
      name: 'best',
      reason: undefined,
    });
  });

  test('the plainest serves where a better one cannot be made', async () => {
    const best = preparation('true', { name: 'best', title: 'the best way', obstacle: 'this is no amd64' });
    expect(await prepare(best, plain)).toMatchObject({
      name: 'plain',
      reason: 'the best way cannot be prepared: this is no amd64',
    });
  });
});

/** Waits until no process has this command line. */
async function vanished(command: string): Promise<void> {
  const isThere = (): boolean =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').includes(command);
  await expect.poll(isThere, { timeout: 10_000 }).toBe(false);
}
