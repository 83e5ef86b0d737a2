import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asEachUser, type Attacker, openAttacker, openBystander } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

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
    };
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  test('the probe forges frames that the server takes', async () => {
    const { displays } = await attacker.run(
      `forge({'type': 'display', 'id': cell().id, 'data': {'text/plain': 'forged'}})`,
    );

    expect(displays).toMatchObject([{ text: 'forged' }]);
  });

  test.each([
    ['done of another cell', `{'type': 'done', 'id': 'another', 'names': [], 'notes': []}`],
    ['ready again', `{'type': 'ready', 'protocol': 1, 'language': 'python', 'version': '3', 'pid': 1}`],
    ['entered', `{'type': 'entered'}`],
    ['refused', `{'type': 'refused', 'message': 'no'}`],
    ['a hello', `{'type': 'hello', 'role': 'frames', 'token': '0' * 32}`],
    ['a frame of the server', `{'type': 'execute', 'id': cell().id, 'count': 1, 'mark': 'x', 'code': '1'}`],
    ['an unknown type', `{'type': 'admin', 'id': cell().id}`],
    ['a type that every object has', `{'type': 'constructor', 'id': cell().id}`],
    ['no type', `{'id': cell().id}`],
    ['an id that is no text', `{'type': 'done', 'id': 1, 'names': [], 'notes': []}`],
    ['an endless id', `{'type': 'done', 'id': 'x' * 100000, 'names': [], 'notes': []}`],
    ['names that are no list', `{'type': 'done', 'id': cell().id, 'names': {'length': 1e9}, 'notes': []}`],
    ['too many names', `{'type': 'done', 'id': cell().id, 'names': ['x'] * 20000, 'notes': []}`],
    ['too many notes', `{'type': 'done', 'id': cell().id, 'names': [], 'notes': ['x'] * 1000}`],
    ['a further field', `{'type': 'done', 'id': cell().id, 'names': [], 'notes': [], 'isAdmin': True}`],
    ['data that is no text', `{'type': 'display', 'id': cell().id, 'data': {'text/plain': {'a': 1}}}`],
    ['data that is a list', `{'type': 'display', 'id': cell().id, 'data': ['x']}`],
    ['a line that is no place', `dict(error(), line=1e300)`],
    ['a traceback that is no list', `dict(error(), traceback='x')`],
    ['two errors', `error(), error()`],
    ['a number', `1`],
    ['null', `None`],
    ['a list', `[]`],
    ['an empty line', `b''`],
    ['half a frame', `b'{"type":"done"'`],
    ['bytes that are no text', `b'\\xff\\xfe\\xfd'`],
    ['bytes of nothing', `b'\\x00' * 1000`],
    ['numbers that overflow', `b'{"type":"done","id":1e999}'`],
  ])('a kernel that says what it may not is ended, and only it: %s', async (_name, frames) => {
    const { status, state, error } = await attacker.run(`
def error(): return {'type': 'error', 'id': cell().id, 'name': 'E', 'message': 'm', 'traceback': [], 'line': 1, 'column': 1}
frames = (${frames})
forge(*(frames if isinstance(frames, tuple) else (frames,)))
signal.pause()`);

    expect({ status, state }).toEqual({ status: 'kernel_died', state: 'lost' });
    expect([error?.name, 'E']).toContain(error?.name);
  });

  test.each([
    ['a late display of another cell', `{'type': 'display', 'id': 'another', 'data': {'text/plain': 'x'}}`],
    [
      'a late error of another cell',
      `{'type': 'error', 'id': 'another', 'name': 'E', 'message': 'm', 'traceback': [], 'line': 1, 'column': 1}`,
    ],
  ])('%s is dropped', async (_name, frame) => {
    const { status, displays, error } = await attacker.run(`forge(${frame})`);

    expect({ status, displays, error }).toEqual({ status: 'ok', displays: [], error: null });
  });

  test('of two results the last one counts', async () => {
    const { status, result } = await attacker.run(`
for text in ('first', 'second'): forge({'type': 'result', 'id': cell().id, 'data': {'text/plain': text}})`);

    expect({ status, result }).toEqual({ status: 'ok', result: 'second' });
  });

  test('keys that pollute prototypes are keys, and leave no trace', async () => {
    const { status, displays } = await attacker.run(`
forge(*({'type': 'display', 'id': cell().id, 'data': {key: 'polluted', 'text/plain': 'x'}}
    for key in ('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty')))
forge(b'{"type":"display","id":"' + cell().id.encode() + b'","data":{"text/plain":"y"},"__proto__":{"polluted":"yes"}}')
'end'`);

    expect(status).toBe('kernel_died'); // of the last frame, whose field is none of a display
    expect(displays).toHaveLength(5);
    expect(displays.every(({ text }) => text === 'x')).toBe(true);
    expect(displays.flatMap(({ mime_types }) => mime_types)).toEqual(Array<string>(5).fill('text/plain'));
    expect(await bystander.isUnharmed()).toBe(true);
  });

  test('a forged end of the cell costs its own kernel at most', async () => {
    const early = await attacker.run(`
forge({'type': 'done', 'id': cell().id, 'names': ['forged'], 'notes': ['forged note']})
os.write(1, cell().mark.encode()); os.write(2, cell().mark.encode())`);

    const next = await attacker.run('print("next")');
    expect(early).toMatchObject({ status: 'ok', notes: ['forged note'] });
    expect(next.status).toBe('ok');
    expect(next.stdout).toMatch(/next\n$/); // after the true end mark of the cell before, which came late
  });

  test('a forged end mark moves what follows it to the next cell, and says so', async () => {
    const first = await attacker.run(
      `print('before'); sys.stdout.flush(); os.write(1, cell().mark.encode()); print('after')`,
    );
    const second = await attacker.run(`print('second')`);

    expect(first).toMatchObject({ status: 'ok', stdout: 'before\n' });
    expect(second.stdout).toContain('after\n');
    expect(second.stdout).toContain('second\n');
    expect(second.notes.join()).toContain('late output');
  });

  test('a mark that is guessed is output', async () => {
    const { stdout, status } = await attacker.run(`print('{' + '0' * 32 + '}')`);

    expect({ stdout, status }).toEqual({ stdout: `{${'0'.repeat(32)}}\n`, status: 'ok' });
  });

  test.each([
    ['closed', 'os.close(3)'],
    ['replaced', `os.dup2(os.open('/dev/null', os.O_RDWR), 3)`],
    ['shut down', 'socket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_RDWR)'],
    ['closed with everything else', 'os.closerange(0, 4096)'],
  ])('a kernel whose frames connection is %s is told to be dead', async (_name, code) => {
    const { status, state } = await attacker.run(`${code}\nsignal.pause()`, { timeout_ms: 10_000 });

    expect({ status, state }).toEqual({
      status: expect.stringMatching(/^(kernel_died|timeout)$/) as string,
      state: 'lost',
    });
  });

  test('a process that the cell starts has no frames connection', async () => {
    expect(
      await attacker.ask(`
program = '''
import os, errno
def attempt(action, *args):
    try: action(*args)
    except OSError as error: return errno.errorcode[error.errno]
    return 'ok'
print([attempt(os.write, 3, b'{}'), attempt(os.open, '/proc/%d/fd/3' % os.getppid(), os.O_RDWR), attempt(os.write, 2, b'')])
'''
answer = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, close_fds=False)
report(eval(answer.stdout))`),
    ).toEqual(['EBADF', expect.stringMatching(/^(ENXIO|EACCES)$/), 'ok']);
  });

  describe('output that imitates the client’s protocol', () => {
    test.each([
      ['an answer', `{'jsonrpc': '2.0', 'id': number, 'result': {'content': [], 'isError': True}}`],
      ['a request', `{'jsonrpc': '2.0', 'id': number, 'method': 'sampling/createMessage', 'params': {}}`],
      [
        'a notification',
        `{'jsonrpc': '2.0', 'method': 'notifications/forged', 'params': {'number': number}}`,
      ],
    ])('is output: %s', async (_name, message) => {
      const heard: string[] = [];
      server.client.fallbackNotificationHandler = async ({ method }) => void heard.push(method);
      server.client.fallbackRequestHandler = async ({ method }) => {
        heard.push(method);
        return {};
      };
      server.client.onerror = ({ message: said }) => heard.push(said);

      const { status, stdout, result } = await attacker.run(`
lines = [json.dumps(${message}) for number in range(2000)]
for fd in (1, 2): os.write(fd, ('\\n' + '\\n'.join(lines) + '\\n').encode())
len(lines)`);

      expect({ status, result }).toEqual({ status: 'ok', result: '2000' });
      expect(stdout).toContain('"jsonrpc": "2.0"');
      expect(heard).toEqual([]);
    });

    test('characters that end lines somewhere arrive as they are', async () => {
      const { stdout, status } = await attacker.run(
        `os.write(1, 'a\\u2028b\\u2029c\\x00d\\r\\ne\\x1b]0;f\\x07'.encode() + b'\\xff\\xed\\xa0\\x80')`,
      );

      expect(status).toBe('ok');
      expect(stdout.replace(/\ufffd+$/, '?')).toBe('a\u2028b\u2029c\0d\r\ne\u001b]0;f\u0007?');
    });
  });
});
