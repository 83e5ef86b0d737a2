import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { asEachUser, type Attacker, memoryOf, openAttacker, openBystander } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

/** The largest frame that the server reads is 16 MiB; it may take a few of these, and its own 100. */
const MAX_SERVER_MIB = 450;

const CHAIN = `
error = None
for number in range(1000):
    try: raise ValueError(number) from error
    except ValueError as raised: error = raised
raise error`;

asEachUser((user) => {
  let server: TestServer;
  let bystander: Awaited<ReturnType<typeof openBystander>>;
  let attacker: Attacker;

  beforeAll(async () => {
    server = await user.startServer();
    bystander = await openBystander(server);
  });

  beforeEach(async () => {
    attacker = await openAttacker(server, { sandbox_id: 'new' });
    return async () => {
      expect(await bystander.isUnharmed()).toBe(true);
      expect((await attacker.run('1 + 1')).result).toBe('2');
      await server.call('kill_sandbox', { sandbox_id: attacker.sandboxId });
      expect(memoryOf(server.pid, 'VmHWM')).toBeLessThan(MAX_SERVER_MIB);
    };
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  test('a gigabyte of output is counted and cut, and the state is kept', async () => {
    const { status, state, truncated, stdout } = await attacker.run(
      `block = b'x' * (1 << 20)\nfor _ in range(1024): os.write(1, block)\nkept = 1`,
    );

    expect({ status, state }).toEqual({ status: 'ok', state: 'kept' });
    expect(truncated?.stdout_bytes).toBe(2 ** 30);
    expect(stdout.length).toBeLessThan(70_000);
    expect(await attacker.ask('report(kept)')).toBe(1);
  });

  test('output without end is stopped by the time limit, and the state is kept', async () => {
    const { status, state } = await attacker.run(
      `kept = 2\nwhile True: os.write(1, b'x' * 65536); os.write(2, b'y' * 65536)`,
      { timeout_ms: 500 },
    );

    expect({ status, state }).toEqual({ status: 'timeout', state: 'kept' });
    expect(await attacker.ask('report(kept)')).toBe(2);
  });

  test('output of a thread between the cells belongs to its own context, and is cut', async () => {
    await attacker.run(`
import threading
enough = threading.Event()
def flood():
    while not enough.is_set(): os.write(1, b'late' * 16384)
thread = threading.Thread(target=flood); thread.start()`);
    for (let round = 0; round < 20; round += 1) expect(await bystander.isUnharmed()).toBe(true);

    const { notes, status } = await attacker.run('enough.set(); thread.join()');

    expect(status).toBe('ok');
    expect(notes.join()).toContain('late output of execution');
    expect((await attacker.run('1')).stdout.length).toBeLessThan(140_000);
  });

  test('a line without end on the frames connection ends the kernel', async () => {
    const { status, error, state } = await attacker.run(
      `block = b'x' * (1 << 20)\nfor _ in range(64): os.write(3, block)`,
    );

    expect({ status, state, name: error?.name }).toEqual({
      status: 'kernel_died',
      state: 'lost',
      name: 'KernelDied',
    });
    expect(error?.message).toContain('broke the protocol');
  });

  test.each([
    ['keys', `b'{' + b','.join(b'"%x":""' % i for i in range(1000000)) + b'}'`],
    ['brackets', `b'[' * 7000000 + b']' * 7000000`],
    ['braces', `b'{"a":' * 2500000 + b'1' + b'}' * 2500000`],
    ['numbers', `b'[' + b'0,' * 7000000 + b'0]'`],
    ['escaped quotes outside of text', `b'[' + b'"",' * 4000000 + b'0]'`],
  ])('a frame of nothing but %s ends the kernel before it costs the server much', async (_name, data) => {
    const { status, error } = await attacker.run(
      `forge(b'{"type":"display","id":"' + cell().id.encode() + b'","data":' + ${data} + b'}')`,
    );

    expect(status).toBe('kernel_died');
    expect(error?.message).toContain('broke the protocol');
  });

  test('a frame that is large for its text passes', async () => {
    const { displays, status } = await attacker.run(
      `display(type('Page', (), {'_repr_html_': lambda self: '[{"\\\\",' * (1 << 19), '__repr__': lambda self: 'page'})())`,
    );

    expect(status).toBe('ok');
    expect(displays).toMatchObject([{ mime_types: ['text/plain', 'text/html'], text: 'page' }]);
  });

  test('a hundred thousand displays are counted, the first hundred are kept', async () => {
    const { displays, notes, result, status } = await attacker.run(
      `for number in range(100000): display(number)\n'the result comes after all displays'`,
    );

    expect({ status, result }).toEqual({ status: 'ok', result: `'the result comes after all displays'` });
    expect(displays).toHaveLength(100);
    expect(notes).toContain('only the first 100 displays are kept');
  });

  test('displays of megabytes are kept up to a limit of their own', async () => {
    const { displays, notes, status, result } = await attacker.run(`
class Page:
    def _repr_html_(self): return 'x' * (7 << 20)
for _ in range(12): display(Page())
'result'`);

    expect({ status, result }).toEqual({ status: 'ok', result: `'result'` });
    expect(displays).toHaveLength(4);
    expect(notes).toContain('only the first 4 displays are kept');
  });

  test('an answer of nothing but control characters is cut until it fits', async () => {
    const { displays, status } = await attacker.run(`
class Noise:
    def __repr__(self): return '\\x01' * 4096
for _ in range(100): display(Noise())`);

    expect(status).toBe('ok');
    expect(displays).toHaveLength(100);
  });

  test('names and notes without measure do not swell the answer or the server', async () => {
    const { status } = await attacker.run(`
for number in range(900): globals()['n%d_' % number + 'x' * 10000] = number
guest = cell()
guest.notes.extend(['\\x01' * 2000] * 18)`);

    expect(status).toBe('ok');
  });

  test.each([
    ['of 20 MB', `raise ValueError('x' * (20 << 20))`],
    ['of a million lines', `raise ValueError('x\\n' * 1000000)`],
    ['of control characters', `raise ValueError('\\x00' * 1000000)`],
    ['of broken characters', `raise ValueError('\\ud800' * 1000000)`],
    ['with an endless name', `raise type('E' * 5000000, (Exception,), {})('x')`],
    ['with a chain of a thousand causes', CHAIN],
    ['from a recursion without end', 'def down(): down()\ndown()'],
  ])('an exception %s is told in short, and the state is kept', async (_name, code) => {
    await attacker.run('kept = 3');

    const { status, state, error } = await attacker.run(code);

    expect({ status, state }).toEqual({ status: 'error', state: 'kept' });
    expect((error?.message.length ?? 0) + (error?.traceback.length ?? 0)).toBeLessThan(20_000);
    expect(await attacker.ask('report(kept)')).toBe(3);
  });

  test('bytes on the interrupt connection are nobody’s', async () => {
    await attacker.run(`
for fd in map(int, os.listdir('/proc/self/fd')):
    if fd > 3:
        try: os.write(fd, b'x') if os.readlink('/proc/self/fd/%d' % fd).startswith('socket') else None
        except (OSError, KeyboardInterrupt): pass`);

    expect((await attacker.run('2 + 2')).result).toBe('4');
  });
});
