import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandStreamEvent, CodeInterpreter, Sandbox } from '../../src/sdk/index.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.create({ env: { MOOD: 'good' } });
});

afterAll(async () => {
  await sandbox.kill();
});

test('a command gives its output and exit code', async () => {
  expect(await sandbox.commands.run('echo out; echo err >&2')).toMatchObject({
    ...{ status: 'ok', exitCode: 0, stdout: 'out\n', stderr: 'err\n' },
    logs: { stdout: [{ text: 'out\n' }], stderr: [{ text: 'err\n' }] },
  });
});

test('a command that fails does not throw', async () => {
  expect(await sandbox.commands.run('exit 7')).toMatchObject({
    ...{ status: 'error', exitCode: 7, detail: 'exited with code 7' },
  });
  expect(await sandbox.commands.run('no-such-command')).toMatchObject({ status: 'error', exitCode: 127 });
  expect(await sandbox.commands.run('if then')).toMatchObject({
    status: 'error',
    stderr: expect.stringContaining('syntax error') as string,
  });
});

test('folder and environment are those that are asked for', async () => {
  const { stdout } = await sandbox.commands.run('pwd; echo "$MOOD $MORE"', {
    cwd: 'made/on the way',
    env: { MORE: `it's "quoted" $HOME\nand more` },
  });

  expect(stdout).toBe(`/workspace/made/on the way\ngood it's "quoted" $HOME\nand more\n`);
});

test('commands share the files of the contexts, and no state with each other', async () => {
  const { codes } = await CodeInterpreter.create(sandbox);
  await codes.run('open("from-a-cell", "w").write("text")');
  await sandbox.commands.run('value=1; cd /tmp');

  const { stdout } = await sandbox.commands.run('cat from-a-cell; echo " ${value:-unset} $PWD"');

  expect(stdout).toBe('text unset /workspace\n');
});

test('there is nothing on stdin', async () => {
  expect(await sandbox.commands.run('cat; read line || echo none')).toMatchObject({ stdout: 'none\n' });
});

test('a command has no more rights than a cell', async () => {
  const { stdout } = await sandbox.commands.run(
    'id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; unshare -U true || echo refused',
  );

  expect(stdout).toMatch(/^1000\nCapEff:\s0+\nCapBnd:\s0+\nNoNewPrivs:\s1\nSeccomp:\s2\nrefused\n$/);
});

test('neither the command nor its environment shows in the list of processes of the host', async () => {
  const { readdirSync, readFileSync } = await import('node:fs');
  const secret = 'a-secret-of-the-environment';
  let seen: string[] = [];

  await sandbox.commands.run('echo "in-the-command" on; sleep 0.01', {
    env: { SECRET: secret },
    handlers: {
      onStdout: () => {
        const lines = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
        seen = lines.flatMap((pid) => {
          try {
            return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          } catch {
            return [];
          }
        });
      },
    },
  });

  expect(seen.some((line) => line.includes('__script'))).toBe(true);
  expect(seen.filter((line) => line.includes(secret) || line.includes('in-the-command'))).toEqual([]);
});

test('a time limit ends a command, also one that ignores SIGTERM', async () => {
  const [plain, stubborn] = await Promise.all([
    sandbox.commands.run('sleep 1000', { timeoutMs: 200 }),
    sandbox.commands.run('trap "" TERM; while :; do sleep 1; done', { timeoutMs: 200 }),
  ]);

  expect(plain).toMatchObject({ status: 'timeout', exitCode: 143 });
  expect(stubborn).toMatchObject({ status: 'timeout', exitCode: 137 });
});

test('an aborted signal ends a command, and what it had printed is there', async () => {
  const abort = new AbortController();
  const handlers = {
    onStdout: (): void => {
      abort.abort();
    },
  };

  const execution = await sandbox.commands.run('echo on; sleep 1000', { signal: abort.signal, handlers });

  expect(execution).toMatchObject({ status: 'interrupted', stdout: 'on\n' });
});

test('leaving a stream early ends the command', async () => {
  for await (const event of sandbox.commands.runStream('echo on; sleep 1000; touch went-on')) {
    if (event.type === 'stdout') break;
  }

  const { stdout } = await sandbox.commands.run('ls went-on; echo done');
  expect(stdout).toBe('done\n');
});

test('a stream gives output as it comes, and the exit last', async () => {
  const events: CommandStreamEvent[] = [];
  for await (const event of sandbox.commands.runStream('echo a; exit 2')) events.push(event);

  expect(events).toMatchObject([
    { type: 'stdout', text: 'a\n' },
    { type: 'exit', status: 'error', exitCode: 2 },
  ]);
});

test('what a command leaves in the background ends with it', async () => {
  const { status, stdout } = await sandbox.commands.run('(sleep 0.1; touch from-the-background) & echo done');

  expect({ status, stdout }).toEqual({ status: 'ok', stdout: 'done\n' });
  const later = await sandbox.commands.run('sleep 0.3; ls from-the-background');
  expect(later.status).toBe('error');
});

test('a server that nobody waits for serves until it is aborted', async () => {
  const abort = new AbortController();
  const server = sandbox.commands.run('exec python3 -u -m http.server 8000 --bind 127.0.0.1', {
    signal: abort.signal,
  });
  const client = await sandbox.commands.run(
    'for i in $(seq 100); do python3 -c "import urllib.request as u; print(u.urlopen(\'http://127.0.0.1:8000\').status)" 2>/dev/null && exit; sleep 0.1; done; exit 1',
  );
  abort.abort();

  expect(client).toMatchObject({ status: 'ok', stdout: '200\n' });
  expect(await server).toMatchObject({ status: 'interrupted' });
});

test('100 MB of output pass through, and memory stays bounded', async () => {
  let bytes = 0;
  const { stdout, logs } = await sandbox.commands.run('head -c 100000000 /dev/zero | tr "\\0" x', {
    handlers: { onStdout: ({ text }) => void (bytes += text.length) },
  });

  expect(bytes).toBe(100_000_000);
  expect(stdout.length).toBeLessThan(19 * 1024 * 1024);
  expect(logs.leftOutBytes.stdout).toBeGreaterThan(80_000_000);
});

test('a kill of the sandbox ends a command, with an outcome', async () => {
  const doomed = await Sandbox.create();
  const handlers = { onStdout: (): void => void doomed.kill() };

  const execution = await doomed.commands.run('echo on; sleep 1000', { handlers });
  await doomed.kill();

  expect(execution.status).not.toBe('ok');
  expect(execution.stdout).toBe('on\n');
});
