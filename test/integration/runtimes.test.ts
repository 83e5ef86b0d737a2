import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultRuntime, findRuntimes, selectRuntime } from '../../src/kernels/runtimes.ts';
import type { Runtime, RuntimeKind } from '../../src/kernels/runtimes.ts';

const SYSTEM_PYTHON = '/usr/bin/python3';
const system = systemPython();

let home: string;
let env: Record<string, string>;

beforeEach(async () => {
  home = await mkdtemp('/tmp/sandcell-runtimes-');
  env = { HOME: home };
});

afterEach(async () => rm(home, { recursive: true, force: true }));

/** What is found below the temporary home; the host has runtimes of its own. */
async function findAtHome(kind: RuntimeKind): Promise<Runtime[]> {
  return (await findRuntimes(kind, { env })).filter(({ executable }) => executable.startsWith(home));
}

/** A real interpreter of its own: a copy that finds its library beside itself. */
async function installPython(folder: string): Promise<string> {
  const executable = path.join(folder, 'bin', `python${system.short}`);
  await mkdir(path.join(folder, 'bin'), { recursive: true });
  await mkdir(path.join(folder, 'lib'));
  await copyFile(SYSTEM_PYTHON, executable);
  await symlink(`python${system.short}`, path.join(folder, 'bin', 'python3'));
  await symlink(`/usr/lib/python${system.short}`, path.join(folder, 'lib', `python${system.short}`));
  return executable;
}

/** A program that records that it was run, and does what the script says. */
async function installScript(file: string, script: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho "$0" >> '${home}/runs'\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

/** Answers as CPython of that version does. */
function pythonAnswer(version: string, prefix: string): string {
  return `printf '%s\\0' '${version}' cpython '${prefix}' '${prefix}'; printf '%s' '${prefix}'`;
}

async function runs(): Promise<string[]> {
  const text = await readFile(`${home}/runs`, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}

// The layouts are built of the interpreter of the system.
describe.skipIf(system.version === '')('Python', () => {
  test.each([
    ['pyenv', '.pyenv/versions/VERSION'],
    ['uv', '.local/share/uv/python/cpython-VERSION-linux-x86_64-gnu'],
    ['conda', 'miniconda3'],
    ['a conda environment', 'miniforge3/envs/science'],
    ['asdf', '.asdf/installs/python/VERSION'],
    ['mise', '.local/share/mise/installs/python/VERSION'],
    ['rye', '.rye/py/cpython@VERSION'],
  ])('of %s is found, with the one folder it needs', async (_, layout) => {
    const folder = path.join(home, layout.replace('VERSION', system.version));
    const executable = await installPython(folder);

    expect(await findAtHome('python')).toEqual([
      { kind: 'python', version: system.version, executable, folders: [folder] },
    ]);
  });

  test('in a folder that is named by the environment is found', async () => {
    env['PYENV_ROOT'] = `${home}/elsewhere`;
    const executable = await installPython(`${home}/elsewhere/versions/${system.version}`);

    expect(await findAtHome('python')).toMatchObject([{ executable }]);
  });

  test('of the system needs no folder', async () => {
    const found = await findRuntimes('python', { env });

    expect(found).toContainEqual({
      kind: 'python',
      version: system.version,
      executable: system.real,
      folders: [],
    });
  });

  test('is listed once, however many links lead to it', async () => {
    const folder = `${home}/.pyenv/versions/${system.version}`;
    await installPython(folder);
    await symlink(folder, `${home}/.pyenv/versions/${system.short}`);
    await mkdir(`${home}/.asdf/installs/python`, { recursive: true });
    await symlink(folder, `${home}/.asdf/installs/python/3.99.0`);

    expect(await findAtHome('python')).toHaveLength(1);
  });

  test('installed elsewhere and linked shows both folders that it needs', async () => {
    const folder = `${home}/.pyenv/versions/${system.version}`;
    await installPython(folder);
    await rm(`${folder}/lib`, { recursive: true });
    await mkdir(`${home}/data/lib`, { recursive: true });
    await symlink(`/usr/lib/python${system.short}`, `${home}/data/lib/python${system.short}`);
    await symlink(`${home}/data/lib`, `${folder}/lib`);

    expect(await findAtHome('python')).toMatchObject([{ folders: [folder, `${home}/data/lib`].sort() }]);
  });

  test('in a virtual environment is no runtime, linked or copied', async () => {
    const base = await installPython(`${home}/.pyenv/versions/${system.version}`);
    for (const [name, copy] of [
      ['linked', false],
      ['copied', true],
    ] as const) {
      const bin = `${home}/.pyenv/versions/${name}/bin`;
      await mkdir(bin, { recursive: true });
      await writeFile(path.join(bin, '..', 'pyvenv.cfg'), `home = ${path.dirname(base)}\n`);
      await (copy ? copyFile(base, `${bin}/python3`) : symlink(base, `${bin}/python3`));
    }

    expect(await findAtHome('python')).toMatchObject([{ executable: base }]);
  });

  test('whose prefix is the home, or a folder of all kinds of things, is not used', async () => {
    for (const [name, prefix] of [
      ['3.12.1', home],
      ['3.12.2', `${home}/.local`],
      ['3.12.3', path.dirname(home)],
      ['3.12.4', '/opt'],
    ] as const) {
      await mkdir(prefix, { recursive: true });
      await installScript(`${home}/.pyenv/versions/${name}/bin/python3`, pythonAnswer(name, prefix));
    }

    expect(await findAtHome('python')).toEqual([]);
    expect(await runs()).toHaveLength(4);
  });

  test('that is broken, too old, another implementation or no program is passed over', async () => {
    const versions = `${home}/.pyenv/versions`;
    await installScript(`${versions}/3.13.1/bin/python3`, 'exit 1');
    await installScript(`${versions}/3.13.2/bin/python3`, 'echo Python three');
    await installScript(`${versions}/3.13.3/bin/python3`, pythonAnswer('3.8.18', '/usr'));
    await installScript(
      `${versions}/3.13.4/bin/python3`,
      pythonAnswer('3.10.1', '/usr').replace('cpython', 'pypy'),
    );
    await mkdir(`${versions}/3.13.5/bin/python3`, { recursive: true });
    await mkdir(`${versions}/3.13.6/bin`, { recursive: true });
    await writeFile(`${versions}/3.13.6/bin/python3`, 'not executable');
    await mkdir(`${versions}/3.13.7/bin`, { recursive: true });
    await symlink('/nowhere', `${versions}/3.13.7/bin/python3`);
    await mkdir(`${versions}/3.13.8/bin`, { recursive: true });
    await writeFile(`${versions}/3.13.8/bin/python3`, Buffer.from('\x7fELF garbage'), { mode: 0o755 });

    expect(await findAtHome('python')).toEqual([]);
  });

  test('that does not answer is given up, and left alone for a while', async () => {
    await installScript(`${home}/.pyenv/versions/3.98.0/bin/python3`, 'exec sleep 600');

    const first = await defaultRuntime('python', '3.98', { env });
    const startedAtMs = performance.now();
    const second = await defaultRuntime('python', '3.98', { env });

    expect([first, second]).toEqual([undefined, undefined]);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    expect(await runs()).toHaveLength(1);
  });

  test('stops searching when the caller gives up', async () => {
    await installScript(`${home}/.pyenv/versions/3.98.0/bin/python3`, 'exec sleep 600');
    const signal = AbortSignal.timeout(100);

    await expect(defaultRuntime('python', '', { env, signal })).rejects.toThrow('timeout');
  });

  test('is chosen by running the winner alone', async () => {
    for (const version of ['3.97.1', '3.98.0', '3.98.2', '3.99.0rc1']) {
      await installScript(`${home}/.pyenv/versions/${version}/bin/python3`, pythonAnswer(version, '/usr'));
    }

    const runtime = await defaultRuntime('python', '', { env });

    expect(runtime?.version).toBe('3.98.2');
    expect(await runs()).toEqual([`${home}/.pyenv/versions/3.98.2/bin/python3`]);
  });

  test('is what it says, whatever its folder is called', async () => {
    await installScript(`${home}/.pyenv/versions/3.99.9/bin/python3`, pythonAnswer('3.97.1', '/usr'));
    await installScript(`${home}/.pyenv/versions/3.98.0/bin/python3`, pythonAnswer('3.98.0', '/usr'));

    expect(await defaultRuntime('python', '', { env })).toMatchObject({ version: '3.98.0' });
    expect(await selectRuntime('python', '3.97', { env })).toMatchObject({ version: '3.97.1' });
    expect(await defaultRuntime('python', '3.99', { env })).toBeUndefined();
  });

  test('that is asked for and missing is an error that lists what there is', async () => {
    await installScript(`${home}/.pyenv/versions/3.98.0/bin/python3`, pythonAnswer('3.98.0', '/usr'));

    await expect(selectRuntime('python', '3.9999', { env })).rejects.toMatchObject({
      code: 'RUNTIME_NOT_FOUND',
      message: expect.stringMatching(/^Python 3\.9999 is not installed; installed are 3\.98\.0, /) as string,
      hint: 'Ask for one of these versions, or for none to get the newest. Python 3.9 or newer works.',
    });
  });
});

describe('Node.js', () => {
  test.each([
    ['nvm', '.nvm/versions/node/vVERSION'],
    ['fnm', '.local/share/fnm/node-versions/vVERSION/installation'],
    ['volta', '.volta/tools/image/node/VERSION'],
    ['asdf', '.asdf/installs/nodejs/VERSION'],
    ['mise', '.local/share/mise/installs/node/VERSION'],
  ])('of %s is found, with the one folder it needs', async (_, layout) => {
    const folder = path.join(home, layout.replace('VERSION', process.versions.node));
    await mkdir(`${folder}/bin`, { recursive: true });
    await copyFile(process.execPath, `${folder}/bin/node`);

    const version = process.versions.node;
    expect(await findAtHome('node')).toEqual([
      { kind: 'node', version, executable: `${folder}/bin/node`, folders: [folder] },
    ]);
  });

  test('in a bin folder of all kinds of programs is shown alone', async () => {
    env['N_PREFIX'] = `${home}/.n`;
    const executable = await installScript(`${home}/.local/bin/node`, 'echo v98.0.0');
    await mkdir(`${home}/.n/n/versions/node/98.0.0/bin`, { recursive: true });
    await symlink(executable, `${home}/.n/n/versions/node/98.0.0/bin/node`);

    expect(await findAtHome('node')).toEqual([
      { kind: 'node', version: '98.0.0', executable, folders: [executable] },
    ]);
  });

  test('that runs the server is found', async () => {
    expect(await defaultRuntime('node', process.versions.node, { env })).toMatchObject({ kind: 'node' });
  });
});

describe('Java', () => {
  const jdk = async (folder: string, version: string, tools: readonly string[] = ['javac', 'jshell']) => {
    const answer = `echo '    java.home = ${folder}' >&2; echo '    java.version = ${version}' >&2`;
    const executable = await installScript(`${folder}/bin/java`, answer);
    for (const tool of tools) await writeFile(`${folder}/bin/${tool}`, '');
    return executable;
  };

  test.each([
    ['SDKMAN', '.sdkman/candidates/java/98.0.2-tem', '98.0.2'],
    ['IntelliJ', '.jdks/corretto-98.0.1', '98.0.1'],
    ['Gradle', '.gradle/jdks/eclipse_adoptium-98-amd64-linux', '98.0.3'],
    ['asdf', '.asdf/installs/java/temurin-98.0.0+9', '98'],
    ['mise', '.local/share/mise/installs/java/98.0.0', '98'],
    ['jabba', '.jabba/jdk/temurin@98.0.9', '98.0.9'],
  ])('of %s is found, with the one folder it needs', async (_, layout, version) => {
    const executable = await jdk(`${home}/${layout}`, version);

    expect(await findAtHome('java')).toEqual([
      { kind: 'java', version, executable, folders: [`${home}/${layout}`] },
    ]);
    expect(await selectRuntime('java', '98', { env })).toMatchObject({ executable });
  });

  test('named by JAVA_HOME is found', async () => {
    env['JAVA_HOME'] = `${home}/somewhere/my-jdk`;
    const executable = await jdk(`${home}/somewhere/my-jdk`, '98.0.1');

    expect(await findAtHome('java')).toMatchObject([{ executable }]);
  });

  test('whose folder says "java-1.98.0" is found as Java 98', async () => {
    const executable = await jdk(`${home}/.jdks/java-1.98.0-openjdk-amd64`, '98.0.1');

    expect(await selectRuntime('java', '98', { env })).toMatchObject({ executable });
  });

  test.each([
    ['older than 17', '1.8.0_392', ['javac', 'jshell']],
    ['without its compiler', '98.0.1', ['jshell']],
    ['without JShell', '98.0.1', ['javac']],
  ])('%s is no runtime', async (_, version, tools) => {
    await jdk(`${home}/.jdks/some`, version, tools);

    expect(await findAtHome('java')).toEqual([]);
  });
});

describe('Go', () => {
  test.each([
    ['go install golang.org/dl', 'sdk/go1.98.3'],
    ['a downloaded toolchain', 'go/pkg/mod/golang.org/toolchain@v0.0.1-go1.98.3.linux-amd64'],
    ['goenv', '.goenv/versions/1.98.3'],
    ['gvm', '.gvm/gos/go1.98.3'],
    ['asdf', '.asdf/installs/golang/1.98.3/go'],
    ['mise', '.local/share/mise/installs/go/1.98.3'],
  ])('of %s is found, with the one folder it needs', async (_, layout) => {
    const folder = `${home}/${layout}`;
    const executable = await installScript(`${folder}/bin/go`, `printf 'go1.98.3\\n${folder}\\n'`);

    expect(await findAtHome('go')).toEqual([
      { kind: 'go', version: '1.98.3', executable, folders: [folder] },
    ]);
    expect(await selectRuntime('go', '1.98', { env })).toMatchObject({ executable });
  });

  test.each([
    ['older than 1.22', "printf 'go1.21.13\\n/usr/lib/go\\n'"],
    ['built from the sources', "printf 'devel go1.98-abcdef\\n/usr/lib/go\\n'"],
  ])('%s is no runtime', async (_, answer) => {
    await installScript(`${home}/sdk/go/bin/go`, answer);

    expect(await findAtHome('go')).toEqual([]);
  });

  test('is asked without the settings of the user, and fetches no other Go', async () => {
    const answer = `printf 'go1.98.3\\n%s\\n' "/usr/$GOENV-$GOTOOLCHAIN"`;
    await installScript(`${home}/sdk/go1.98.3/bin/go`, answer);

    expect(await findAtHome('go')).toMatchObject([{ version: '1.98.3' }]);
    const cache = await readFile(`${home}/.cache/sandcell/runtimes.json`, 'utf8');
    expect(cache).toContain('"/usr/off-local"');
  });
});

test('Bash is found', async () => {
  const [newest] = await findRuntimes('bash', { env });

  expect(newest).toMatchObject({ kind: 'bash', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string });
});

describe('the cache', () => {
  const candidate = '.pyenv/versions/3.98.0/bin/python3';
  // Every search has an environment object of its own: as another server would, it knows nothing but the file.
  const search = async (): Promise<Runtime | undefined> =>
    defaultRuntime('python', '3.98', { env: { ...env } });

  test('spares a second server running the executable', async () => {
    await installScript(`${home}/${candidate}`, pythonAnswer('3.98.0', '/usr'));

    const [first, second] = [await search(), await search()];

    expect(second).toEqual(first);
    expect(first).toMatchObject({ version: '3.98.0' });
    expect(await runs()).toHaveLength(1);
  });

  test('forgets an executable that has changed', async () => {
    await installScript(`${home}/${candidate}`, pythonAnswer('3.98.0', '/usr'));
    await search();
    await utimes(`${home}/${candidate}`, 1, 1);

    await search();

    expect(await runs()).toHaveLength(2);
  });

  test.each([
    ['no JSON', '{'],
    ['another shape', JSON.stringify({ '/usr/bin/python3': { version: '3.98.0' } })],
    ['nothing', ''],
  ])('that holds %s is as good as none', async (_, content) => {
    await installScript(`${home}/${candidate}`, pythonAnswer('3.98.0', '/usr'));
    await mkdir(`${home}/.cache/sandcell`, { recursive: true });
    await writeFile(`${home}/.cache/sandcell/runtimes.json`, content);

    expect(await search()).toMatchObject({ version: '3.98.0' });
  });

  test('that cannot be written is no error', async () => {
    await installScript(`${home}/${candidate}`, pythonAnswer('3.98.0', '/usr'));
    await writeFile(`${home}/.cache`, 'a file in the place of the folder');

    expect(await search()).toMatchObject({ version: '3.98.0' });
  });

  test('cannot widen what a sandbox sees', async () => {
    await installScript(`${home}/${candidate}`, pythonAnswer('3.98.0', '/usr'));
    await search();
    const file = `${home}/.cache/sandcell/runtimes.json`;
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('"/usr"', JSON.stringify(home)));

    expect(await search()).toBeUndefined();
  });
});

function systemPython(): { version: string; short: string; real: string } {
  try {
    const question = 'import os, sys; print(sys.version.split()[0], os.path.realpath(sys.executable))';
    const [version = '', real = ''] = execFileSync(SYSTEM_PYTHON, ['-c', question], { encoding: 'utf8' })
      .trim()
      .split(' ');
    return { version, short: version.split('.').slice(0, 2).join('.'), real };
  } catch {
    return { version: '', short: '', real: '' };
  }
}
