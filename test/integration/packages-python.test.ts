import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer, textOf } from '../helpers/server.ts';
import { WHEEL_MAKER } from '../helpers/wheels.ts';

describe('packages of Python, from files', () => {
  let server: TestServer;
  const python = { language: 'python' };

  beforeAll(async () => {
    server = await startServer(['--network', 'none']);
    await server.run(python, WHEEL_MAKER);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test('what a subprocess installs is imported by the same cell, and its command is on the PATH', async () => {
    const { status, stdout, result } = await server.run(
      python,
      `import subprocess
subprocess.run(["pip", "install", "-q", "--no-index", module("one", "1.0")], check=True)
import one
subprocess.run("one-hello")
one.__version__`,
    );

    expect([status, result]).toEqual(['ok', "'1.0'"]);
    expect(stdout).toContain('one 1.0');
  });

  test('what Bash installs is imported by the living context', async () => {
    await server.run(python, 'path = module("two", "1.0"); kept = 42');

    const installed = await server.run(
      { language: 'bash' },
      'pip install -q --no-index /workspace/two-1.0*.whl',
    );
    expect([installed.status, installed.error]).toEqual(['ok', null]);

    expect(await server.run(python, 'import two; (two.__version__, kept)')).toMatchObject({
      status: 'ok',
      result: "('1.0', 42)",
    });
  });

  test('%pip installs, beside operators and lines that go on', async () => {
    const { result, error } = await server.run(
      python,
      `path = module("three", "1.0")
rest = (17
  % 5)
text = """
%pip install nothing
"""
%pip install -q \\
  --no-index /workspace/three-1.0-py3-none-any.whl
import three
(rest, text, three.__version__)`,
    );

    expect(error).toBeNull();
    expect(result).toBe(`(2, '\\n%pip install nothing\\n', '1.0')`);
  });

  test('a failed %pip is an error of the cell, with the last word of pip, and says that there is no network', async () => {
    const { status, state, error } = await server.run(
      python,
      'before = 1\n%pip install no-such-package\nbefore = 2',
    );

    expect([status, state]).toEqual(['error', 'kept']);
    expect(error).toMatchObject({ name: 'InstallError', line: 2 });
    expect(error?.message).toContain('No matching distribution found for no-such-package');
    expect(error?.message).toContain('no network (setting network: none)');
    expect(await server.run(python, 'before')).toMatchObject({ result: '1' });
  });

  test('a newer version of what is loaded is said to need a new context', async () => {
    await server.run(python, 'module("four", "1.0"); module("four", "2.0")');
    await server.run(python, '%pip install -q --no-index /workspace/four-1.0-py3-none-any.whl\nimport four');

    const { result, notes } = await server.run(
      python,
      '%pip install -q --no-index /workspace/four-2.0-py3-none-any.whl\nfour.__version__',
    );

    expect(result).toBe("'1.0'");
    expect(notes.join()).toContain(
      'four 2.0 is installed, but this context has loaded another version of four',
    );
    const fresh = await server.call('create_context', python);
    const { context_id } = fresh.structuredContent as { context_id: string };
    const after = await server.run({ context_id }, 'import four; four.__version__');
    expect(after).toMatchObject({ result: "'2.0'", notes: [] });
  });

  test('a package with a .pth file works without a restart', async () => {
    const { result, error } = await server.run(
      python,
      `_ = wheel("five", "1.0", {"five.pth": "/workspace/elsewhere\\n"})
import os; os.makedirs("/workspace/elsewhere", exist_ok=True)
_ = open("/workspace/elsewhere/apart.py", "w").write("value = 5")
%pip install -q --no-index /workspace/five-1.0-py3-none-any.whl
import apart
apart.value`,
    );

    expect([result, error]).toEqual(['5', null]);
  });

  test('nothing of it is among the files of the work', async () => {
    const { stdout } = await server.run({ language: 'bash' }, 'ls -A /workspace; ls ~/.local');

    expect(stdout).not.toContain('.local');
    expect(stdout).not.toContain('.cache');
    expect(stdout).toContain('lib');
  });
});

describe('the Python of a project, by the setting python', () => {
  let folder: string;
  let server: TestServer;

  beforeAll(async () => {
    folder = mkdtempSync('/tmp/sandcell-project-');
    chmodSync(folder, 0o755);
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(folder, 'env')]);
    writeFileSync(join(sitePackages(), 'of_the_project.py'), 'value = 5\n');
    server = await startServer(['--network', 'none', '--python', join(folder, 'env')]);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  function sitePackages(): string {
    const lib = join(folder, 'env/lib');
    return join(lib, readdirSync(lib)[0] ?? '', 'site-packages');
  }

  test('its packages are imported, and installs go beside it', async () => {
    await server.run({ language: 'python' }, WHEEL_MAKER + 'path = module("beside", "1.0")');

    const { result, error } = await server.run(
      { language: 'python' },
      '%pip install -q --no-index /workspace/beside-1.0-py3-none-any.whl\nimport beside, of_the_project, sys\n(beside.__version__, of_the_project.value, sys.prefix)',
    );

    expect([result, error]).toEqual([`('1.0', 5, '${folder}/env')`, null]);
    expect(readdirSync(sitePackages())).toEqual(expect.not.arrayContaining(['beside.py']));
  });

  test('code cannot change it', async () => {
    const { stdout } = await server.run(
      { language: 'bash' },
      `touch ${sitePackages()}/x 2>&1; touch ${folder}/env/x 2>&1`,
    );

    expect(stdout.match(/Read-only file system/g)).toHaveLength(2);
  });

  test('one that is none is refused with the reason, and other languages go on', async () => {
    await using other = await startServer(['--network', 'none', '--python', join(folder, 'nothing')]);

    const answer = await other.call('run_code', { language: 'python', code: '1' });

    expect(answer.isError).toBe(true);
    expect(textOf(answer)).toContain(
      `RUNTIME_NOT_FOUND: The setting python (${folder}/nothing) names no Python`,
    );
    expect(await other.run({ language: 'bash' }, 'echo here')).toMatchObject({ stdout: 'here\n' });
  });
});
