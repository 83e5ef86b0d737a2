import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/processes/run-command.ts';
import { runProgram } from '../helpers/programs.ts';
import { TestRegistry } from '../helpers/test-registry.ts';
import { WHEEL_MAKER } from '../helpers/wheels.ts';

const RUNNER = fileURLToPath(new URL('../../scripts/example.mjs', import.meta.url));
const EXAMPLES = new URL('../../examples/', import.meta.url);

const USERS = "['Alice', 'Bob', 'Charlie', 'Dave']";

/** What each example prints. */
const EXPECTED: Record<string, string | RegExp> = {
  'quick-start': /^3\.\d+\.\d+ .*\n4\n$/s,
  'version-selection':
    /^python: (3\.11\.|.*not installed).*\njava: (17\.|.*not installed).*\njavascript: (20\.|.*not installed).*\ngo: (1\.24|.*not installed).*\n$/,
  'default-context': '4\n40\nthe same context: true\n',
  'state-persistence': ['python', 'java', 'go', 'typescript', 'javascript', 'bash']
    .map((language) => `${language}: 42\n`)
    .join(''),
  java: /^exec_[\da-f]{24}\nCalculating sum\.\.\.\nSum: 30\n30\n$/,
  'python-state': `3\n${USERS}\n${USERS}\n`,
  streaming: /^(STDOUT: \d\n){5}STDERR: done\nstreamed\nresult: 42\nok, state kept\n$/,
  'isolated-contexts': 'Running in Python\nRunning in Go\nanother context: NameError\n',
  go: 'Sum: 30\n',
  typescript: 'Hello from TypeScript!\nSum: 30\n',
  'error-handling':
    /^NameError: name 'undefined_variable' is not defined \(line 1\)\nTraceback .*\nKernelDied, state lost\nfresh kernel: .* are lost .*\nRuntimeNotFoundError \(RUNTIME_NOT_FOUND\)\n$/s,
  cleanup: "'used'\n'used again'\nended\n",
  'reuse-contexts': /^(2\.0|ModuleNotFoundError: the standard library will do\n2)\n$/,
  'abort-and-timeout': 'timeout, state kept\ninterrupted, state kept\ninterrupted, state kept\n42\n',
  'files-and-commands':
    '2 rows, total 8\ndirectory /workspace/data\nfile /workspace/data/prices.csv (26 bytes)\nfile /workspace/total.txt (1 bytes)\n3 data/prices.csv (exit code 1)\nFileNotFoundError\n',
  'package-install': 'requests 9.9.9\n',
  repl: /^Python 3\.\d+\.\d+ \(type 'exit' to quit\)\n>>> $/,
};

test('every example is run by these tests', () => {
  const names = readdirSync(EXAMPLES).map((file) => file.replace(/\.ts$/, ''));

  expect(names.sort()).toEqual(Object.keys(EXPECTED).sort());
});

/** A registry on this machine that has one version of one package, which no other one has. */
async function startRegistry(): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'wheel-'));
  try {
    const maker = `${WHEEL_MAKER.replace('/workspace', folder)}\nmodule("requests", "9.9.9")`;
    const { code, stderr } = await runCommand(['python3', '-c', maker], { timeoutMs: 60_000 });
    if (code !== 0) throw new Error(stderr);
    const registry = await TestRegistry.start();
    const file = 'requests-9.9.9-py3-none-any.whl';
    registry.serve(`/files/${file}`, readFileSync(join(folder, file)));
    registry.serve('/simple/requests/', `<a href="../../files/${file}">${file}</a>`, 'text/html');
    return registry;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(Object.entries(EXPECTED))('%s prints what it promises', async (name, expected) => {
  await using registry = await startRegistry();
  const env = { PIP_INDEX_URL: `${registry.url}/simple` };

  const { code, stdout, stderr } = await runProgram([RUNNER, name], { env });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  if (typeof expected === 'string') expect(stdout).toBe(expected);
  else expect(stdout).toMatch(expected);
});

test('the prompt runs blocks, prints results and errors, and goes on after them', async () => {
  const stdin = [
    'x = 2',
    ...['for i in range(x):', '    print(i)', ''],
    '1/0',
    'x * 21',
    ...['max(', '7, 8)', ''],
    'exit',
    'print("not run")',
  ].join('\n');

  const { code, stdout } = await runProgram([RUNNER, 'repl'], { stdin });

  expect(code).toBe(0);
  expect(stdout).toMatch(/>>> >>> (\.\.\. ){2}0\n1\n>>> Traceback .*ZeroDivisionError: division by zero\n/s);
  expect(stdout).toMatch(/\n>>> 42\n>>> (\.\.\. ){2}8\n>>> $/);
});

/** A terminal of its own: prompts, Ctrl-C and Ctrl-D come through it as from a person. */
const TERMINAL = `
import os, pty, select, sys
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
def until(text):
    seen = b''
    while text not in seen:
        if not select.select([fd], [], [], 40)[0]: sys.exit('waited for %r, saw %r' % (text, seen))
        seen += os.read(fd, 4096)
for send, expect in [(b'', b'>>> '), (b'y = 7\\n', b'>>> '),
    (b'import time; print("o" + "n", flush=True); time.sleep(1000)\\n', b'on\\r\\n'), (b'\\x03', b'KeyboardInterrupt'),
    (b'y * 6\\n', b'42\\r\\n'), (b'if y:\\n', b'... '), (b'\\x03', b'>>> '), (b'"a" + "b"\\n', b"'ab'\\r\\n")]:
    os.write(fd, send)
    until(expect)
os.write(fd, b'\\x04')
try:
    while os.read(fd, 4096): pass
except OSError: pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

test('a person can use the prompt in a terminal: Ctrl-C interrupts what runs and keeps the variables', async () => {
  const { code, stderr } = await runCommand(['python3', '-c', TERMINAL, process.execPath, RUNNER, 'repl'], {
    timeoutMs: 60_000,
  });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}, 70_000);
