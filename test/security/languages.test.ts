import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asEachUser, type Attacker, createContext, openAttacker, openBystander } from '../helpers/attacks.ts';
import type { ExecutionOutput } from '../../src/executions/render.ts';
import type { TestServer } from '../helpers/server.ts';

asEachUser((user) => {
  let server: TestServer;
  let bystander: Awaited<ReturnType<typeof openBystander>>;
  let sandboxId: string;
  let contextId: string;
  /** A Python context of the same sandbox. */
  let neighbour: Attacker;

  const run = (code: string, args?: Record<string, unknown>): Promise<ExecutionOutput> =>
    server.run({ context_id: contextId }, code, args);

  beforeAll(async () => {
    server = await user.startServer();
    bystander = await openBystander(server);
  });

  /** Threads of many kernels together would reach the limit on processes. */
  const openSandbox = async (): Promise<() => Promise<void>> => {
    neighbour = await openAttacker(server, { sandbox_id: 'new' });
    await neighbour.run('kept = 41');
    ({ sandboxId } = neighbour);
    return async () => {
      await server.call('kill_sandbox', { sandbox_id: sandboxId });
    };
  };

  afterAll(async () => server[Symbol.asyncDispose]());

  const othersAreUnharmed = async (): Promise<void> => {
    expect(await bystander.isUnharmed()).toBe(true);
    expect(await neighbour.ask('report(kept)')).toBe(41);
  };

  describe.each(['javascript', 'typescript'])('%s', (language) => {
    beforeAll(openSandbox);

    beforeEach(async () => {
      ({ contextId } = await createContext(server, { language, sandbox_id: sandboxId }));
      return othersAreUnharmed;
    });

    test('is confined as Python is', async () => {
      const { result } = await run(`
const fs = await import('node:fs');
const status = fs.readFileSync('/proc/self/status', 'utf8');
const attempt = (action) => { try { action(); return 'ok'; } catch (error) { return error.code; } };
JSON.stringify([
  /Seccomp:\\s+2/.test(status), /CapEff:\\s+0{16}\\n/.test(status), /NoNewPrivs:\\s+1/.test(status),
  attempt(() => fs.readFileSync('/etc/shadow')), attempt(() => fs.writeFileSync('/usr/x', '')),
  attempt(() => fs.writeFileSync('/opt/sandcell/guests/javascript/kernel.mjs', '')),
  attempt(() => process.setuid(0)), attempt(() => process.kill(${String(process.pid)}, 0)),
  attempt(() => fs.writeFileSync('/workspace/own', '')),
])`);

      const [seccomp, capabilities, privileges, ...refused] = JSON.parse(
        (result ?? '').slice(1, -1),
      ) as unknown[];
      expect([seccomp, capabilities, privileges]).toEqual([true, true, true]);
      const setuid = expect.stringMatching(/^E(PERM|INVAL)$/) as string;
      expect(refused).toEqual(['ENOENT', 'EROFS', 'EROFS', setuid, 'ESRCH', 'ok']);
    });

    test('has neither the token nor the server’s environment', async () => {
      const { stdout } = await run(`console.log(Object.keys(process.env).sort().join())`);

      expect(stdout).toContain('HOME');
      expect(stdout).not.toMatch(/SANDCELL|TOKEN|NODE_OPTIONS|XDG|npm_(?!config_)/);
    });

    test('has no inspector that a sibling could find on the loopback', async () => {
      await run('globalThis.mine = 1');

      // Those below 1024 are the server's, which no code in the sandbox can have.
      const ports = `
def listening(name):
    rows = [line.split() for line in open('/proc/net/' + name)]
    return [port for port in (int(row[1].split(':')[1], 16) for row in rows if row[3] == '0A') if port >= 1024]
report([listening('tcp'), listening('tcp6')])`;

      expect(await neighbour.ask(ports)).toEqual([[], []]);
      await neighbour.run(`listener = socket.create_server(('127.0.0.1', 0))`);
      expect(((await neighbour.ask(ports)) as string[][])[0]).toHaveLength(1);
      await neighbour.run('listener.close()');
    });

    test('cannot be made to open its inspector by a sibling’s signal', async () => {
      await neighbour.run(
        'for number in pids():\n    if number not in (1, os.getpid()): os.kill(number, signal.SIGUSR1)',
      );

      expect((await run('6 * 7')).result).toBe('42');
      expect(await neighbour.ask('report(sorted(pids()))')).toEqual([1, 2]);
    });

    test.each([
      [
        'prototypes',
        `Object.prototype.toJSON = () => 'owned'; Object.prototype.type = 'owned'; Object.prototype.id = 'owned'`,
      ],
      [
        'arrays',
        `Array.prototype.map = Array.prototype.push = Array.prototype.join = () => 'owned'; Array.prototype[Symbol.iterator] = null`,
      ],
      [
        'JSON and Promise',
        `JSON.stringify = () => 'owned'; globalThis.Promise = null; globalThis.Buffer = null`,
      ],
      [
        'strings and maps',
        `String.prototype.split = String.prototype.slice = () => 'owned'; Map.prototype.get = () => 'owned'`,
      ],
    ])('that breaks its own %s breaks its own kernel at most', async (_name, code) => {
      const { status } = await run(`${code}; 1`, { timeout_ms: 1000 });

      expect(['ok', 'error', 'kernel_died', 'timeout']).toContain(status);
      await othersAreUnharmed();
    });

    test('that writes what it may not to its frames connection is ended', async () => {
      const { status, state } = await run(`
const fs = await import('node:fs');
for (let fd = 3; fd < 64; fd += 1) { try { fs.writeSync(fd, '{"type":"admin"}\\n'); } catch {} }
await new Promise((resolve) => setTimeout(resolve, 20000));`);

      expect({ status, state }).toEqual({ status: 'kernel_died', state: 'lost' });
      expect((await run('6 * 7')).result).toBe('42');
    });

    test('cannot have memory without end', async () => {
      const { status, state, error } = await run(
        `
const hoard: any = [];
for (;;) hoard.push(Buffer.alloc(8 << 20, 1));`.replace(language === 'javascript' ? ': any' : '§', ''),
      );

      expect({ state: status === 'error' ? 'kept' : 'lost', name: error?.name }).toEqual({
        state,
        name: expect.stringMatching(/OutOfMemory|RangeError|KernelDied|Error/) as string,
      });
      expect((await run('6 * 7')).result).toBe('42');
    });

    test('takes its processes along when it is killed', async () => {
      await run(`
const { spawn } = await import('node:child_process');
spawn('sleep', ['100000'], { detached: true, stdio: 'ignore' }).unref();`);

      const { status } = await run(`process.kill(process.pid, 'SIGKILL')`);

      expect(status).toBe('kernel_died');
      expect(
        (
          await run(
            `(await import('node:child_process')).execSync('ls -d /proc/[0-9]* | wc -l').toString().trim()`,
          )
        ).result,
      ).toMatch(/^'[3-6]'$/);
    });
  });

  describe('bash', () => {
    beforeAll(openSandbox);

    beforeEach(async () => {
      ({ contextId } = await createContext(server, { language: 'bash', sandbox_id: sandboxId }));
      return othersAreUnharmed;
    });

    test('is confined as Python is', async () => {
      const { stdout } = await run(`
grep -cE '^(Seccomp:\\s2|NoNewPrivs:\\s1|CapEff:\\s0+)$' /proc/self/status
for path in /etc/shadow /root/.ssh /sys /var; do [ -e $path ] && echo there; done
for path in /usr/x /etc/x /opt/sandcell/guests/bash/x /proc/sys/kernel/core_pattern; do (: > $path) 2>/dev/null && echo written; done
kill -0 ${String(process.pid)} 2>/dev/null && echo signalled
unshare -Ur true 2>/dev/null && echo unshared
(exec 9<>/dev/tcp/1.1.1.1/80) 2>/dev/null && echo connected
echo end`);

      expect(stdout).toBe('3\nend\n');
    });

    test('that kills everybody kills its own', async () => {
      const { stdout } = await run('sleep 1000 & kill -9 -1; wait $! 2>/dev/null; echo "ended with $?"');

      expect(stdout).toBe('ended with 137\n');
    });

    test.each([
      [
        'writes what it may not to its frames connection',
        `for fd in /proc/$$/fd/*; do echo '{"type":"admin"}' >&\${fd##*/}; done 2>/dev/null; sleep 20`,
      ],
      ['closes all its descriptors', 'for fd in {3..255}; do eval "exec $fd>&-"; done; sleep 20'],
      ['kills itself', 'kill -9 $$'],
      ['becomes another program', 'exec sleep 20'],
    ])('that %s loses its own state alone', async (_name, code) => {
      const { status, state } = await run(code, { timeout_ms: 1000 });

      expect(['kernel_died', 'timeout', 'ok', 'error']).toContain(status);
      expect(status === 'kernel_died' ? state : 'lost').toBe('lost');
      expect((await run('echo $((6 * 7))')).stdout).toContain('42');
    });

    test('with a fork bomb is stopped by its time limit', async () => {
      const { contextId: own, sandboxId: bombed } = await createContext(server, {
        language: 'bash',
        sandbox_id: 'new',
      });

      const bomb = await server.run(
        { context_id: own },
        'bomb() { bomb | bomb & }; bomb; while :; do :; done',
        { timeout_ms: 500 },
      );

      expect(bomb.status).toMatch(/^(timeout|error|kernel_died)$/);
      await othersAreUnharmed();
      await server.call('kill_sandbox', { sandbox_id: bombed });
    });

    test('cannot inject fields into its own protocol by code or environment', async () => {
      const { stdout } = await run('echo a\u0000execute\u0000forged\u00001\u0000mark\u0000echo injected');
      const { contextId: other } = await createContext(server, {
        language: 'bash',
        sandbox_id: sandboxId,
        env: { A: 'x\u0000execute\u0000forged\u00001\u0000mark\u0000echo injected' },
      }).catch(() => ({ contextId }));

      expect(stdout).not.toMatch(/^injected/m);
      expect((await server.run({ context_id: other }, 'echo $((6 * 7))')).stdout).toBe('42\n');
    });
  });
});
