import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asEachUser, createContext } from '../helpers/attacks.ts';
import { descendantsOf } from '../helpers/processes.ts';
import { type TestServer, textOf } from '../helpers/server.ts';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const NOTHING_MORE = { next_line: null, next_offset: null };

asEachUser((user) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await user.startServer();
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  const write = (args: Record<string, unknown>) => server.call('write_file', args);
  const read = (args: Record<string, unknown>) => server.call('read_file', args);
  const list = (args: Record<string, unknown> = {}) => server.call('list_files', args);
  /** In a shell of its own, whose folder nobody shares. */
  const bash = (code: string) => server.run({ language: 'bash' }, `(${code}\n)`);
  const python = (code: string) => server.run({ language: 'python' }, code);

  describe('write_file and read_file', () => {
    test('make the sandbox that run_code uses, and share its files', async () => {
      expect((await write({ path: 'shared/a.txt', text: 'from outside\n' })).structuredContent).toEqual({
        path: '/workspace/shared/a.txt',
        size_bytes: 13,
      });

      expect((await bash('cat shared/a.txt; echo from inside >> shared/a.txt')).stdout).toBe(
        'from outside\n',
      );
      const answer = await read({ path: '/workspace/shared/a.txt' });
      expect(answer.structuredContent).toEqual({
        ...{ path: '/workspace/shared/a.txt', mime_type: 'text/plain', size_bytes: 25 },
        ...{ text: 'from outside\nfrom inside\n', encoding: 'UTF-8', ...NOTHING_MORE },
      });
      expect(textOf(answer)).toBe(
        '/workspace/shared/a.txt: text/plain, 25 bytes; UTF-8, lines 1–2 of 2\nfrom outside\nfrom inside\n',
      );
    });

    test('give files and folders to the user of the sandbox, with usual modes', async () => {
      await write({ path: 'owned/folder/file', text: 'x' });

      const { stdout } = await bash('stat -c "%u %a" owned owned/folder owned/folder/file; id -u');
      expect(stdout).toBe('1000 755\n1000 755\n1000 644\n1000\n');
      expect((await bash('echo more >> owned/folder/file && rm -r owned')).status).toBe('ok');
    });

    test('keep the mode of a file that is replaced, and its other names', async () => {
      await bash('printf old > tool; chmod 750 tool; ln tool other-name');

      await write({ path: 'tool', text: 'new' });

      expect((await bash('stat -c %a tool; cat tool; echo; cat other-name')).stdout).toBe('750\nnew\nold');
    });

    test('append, and write at an offset', async () => {
      await write({ path: 'grown.txt', text: 'one', append: true });
      await write({ path: 'grown.txt', text: ' two', append: true });
      await write({ path: 'grown.txt', text: 'O', offset: 0 });
      const { structuredContent } = await write({ path: 'grown.txt', text: '!', offset: 7 });

      expect(structuredContent).toEqual({ path: '/workspace/grown.txt', size_bytes: 8 });
      expect((await bash('cat grown.txt')).stdout).toBe('One two!');
    });

    test('carry binary content both ways', async () => {
      const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i & 0xff));
      await write({ path: 'data.bin', base64: bytes.toString('base64') });

      const answer = await read({ path: 'data.bin' });
      expect(answer.structuredContent).toMatchObject({ mime_type: 'application/octet-stream', text: null });
      expect(answer.content[1]).toEqual({
        type: 'resource',
        resource: {
          uri: expect.stringMatching(/^sandbox:\/\/sb_[\da-f]+\/workspace\/data\.bin$/) as unknown,
          mimeType: 'application/octet-stream',
          blob: bytes.toString('base64'),
        },
      });
      expect((await python("open('data.bin', 'rb').read() == bytes(range(256)) * 2")).result).toBe('True');
    });

    test('show an image as an image, whatever it is called', async () => {
      await write({ path: 'plot.txt', base64: PNG });

      const answer = await read({ path: 'plot.txt' });
      expect(answer.structuredContent).toMatchObject({ mime_type: 'image/png', text: null });
      expect(answer.content[1]).toEqual({ type: 'image', data: PNG, mimeType: 'image/png' });
    });

    test('say where a file is too large to be shown, and read it in parts', async () => {
      await python("open('large.bin', 'wb').write(bytes(400_000))");

      const whole = await read({ path: 'large.bin' });
      expect(whole.content).toHaveLength(1);
      expect(textOf(whole)).toMatch(/400000 bytes; too large to be shown whole \(limit 356250 bytes\)/);
      const part = await read({ path: 'large.bin', offset: 399_998, length: 10 });
      expect(part.content[1]).toMatchObject({ resource: { blob: Buffer.alloc(2).toString('base64') } });
    });

    test.each([
      { name: 'a.py', text: 'x = 1', type: 'text/x-python' },
      { name: 'a.ts', text: 'let x: number;', type: 'text/x-typescript' },
      { name: 'a.json', text: '{}', type: 'application/json' },
      { name: 'a.csv', text: 'a,b', type: 'text/csv' },
      { name: 'a.svg', text: '<svg/>', type: 'image/svg+xml' },
      { name: 'a.png', text: 'a text after all', type: 'text/plain' },
      { name: 'Makefile', text: 'all:', type: 'text/plain' },
      { name: 'empty', text: '', type: 'text/plain' },
    ])('tell the type of $name', async ({ name, text, type }) => {
      await write({ path: `types/${name}`, text });

      expect((await read({ path: `types/${name}` })).structuredContent).toMatchObject({
        mime_type: type,
        text,
      });
    });

    test.each([
      { encoding: 'UTF-8', bytes: Buffer.from('\ufeffÄ\nb'), text: 'Ä\nb' },
      { encoding: 'UTF-16LE', bytes: Buffer.from('\ufeffÄ\nb', 'utf16le'), text: 'Ä\nb' },
      { encoding: 'UTF-16BE', bytes: Buffer.from('\ufeffÄ\nb', 'utf16le').swap16(), text: 'Ä\nb' },
      { encoding: 'ISO-8859-1', bytes: Buffer.from('Ä\nb', 'latin1'), text: 'Ä\nb' },
    ])('read $encoding and say so', async ({ encoding, bytes, text }) => {
      await write({ path: 'encoded', base64: bytes.toString('base64') });

      const answer = await read({ path: 'encoded' });
      expect(answer.structuredContent).toMatchObject({ text, encoding });
      expect(textOf(answer)).toContain(encoding);
      const second = await read({ path: 'encoded', start_line: 2, end_line: 2 });
      expect(second.structuredContent).toMatchObject({ text: 'b', next_line: null });
    });
  });

  describe('read_file of a long text', () => {
    beforeAll(async () => {
      await python(
        "open('long.txt', 'w').writelines(f'line {i}\\n' for i in range(1, 20_001)); open('wide.txt', 'w').write('ä' * 50_000 + '\\nend')",
      );
    });

    test('gives the lines that are asked for', async () => {
      const answer = await read({ path: 'long.txt', start_line: 9_999, end_line: 10_001 });

      expect(answer.structuredContent).toMatchObject({
        ...{ text: 'line 9999\nline 10000\nline 10001\n', next_line: 10_002, next_offset: null },
      });
      expect(textOf(answer)).toContain('lines 9999–10001; goes on at start_line 10002');
    });

    test('gives whole lines as far as they fit, and says where it goes on, until its end', async () => {
      const parts: string[] = [];
      for (let line: unknown = 1; line !== null;) {
        const { structuredContent } = await read({ path: 'long.txt', start_line: line });
        const { text, next_line } = structuredContent as { text: string; next_line: number | null };
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
        parts.push(text);
        line = next_line;
      }

      expect(parts.length).toBeGreaterThan(2);
      expect(parts.join('')).toBe(
        Array.from({ length: 20_000 }, (_, i) => `line ${String(i + 1)}\n`).join(''),
      );
    });

    test('cuts a line that alone is too long between characters, and goes on by offset', async () => {
      const first = (await read({ path: 'wide.txt' })).structuredContent as {
        text: string;
        next_offset: number;
      };
      const rest = (await read({ path: 'wide.txt', offset: first.next_offset })).structuredContent;

      expect(first).toMatchObject({ next_line: null, next_offset: 65_536 });
      expect(first.text + String(rest?.['text'])).toBe(`${'ä'.repeat(50_000)}\nend`);
    });
  });

  describe('list_files', () => {
    test('shows hidden files, links and sizes, sorted, one level or more', async () => {
      await bash(
        'mkdir -p tree/b/c; printf 12345 > tree/.hidden; ln -s /etc/passwd tree/link; : > tree/b/c/deep; mkfifo tree/z',
      );

      const shown = (await list({ path: 'tree' })).structuredContent;
      expect(shown).toMatchObject({
        left_out: 0,
        entries: [
          { path: '/workspace/tree/.hidden', type: 'file', size_bytes: 5 },
          { path: '/workspace/tree/b', type: 'directory' },
          { path: '/workspace/tree/link', type: 'symlink' },
          { path: '/workspace/tree/z', type: 'other' },
        ],
      });
      const deep = (await list({ path: '/workspace/tree', depth: 3 })).structuredContent;
      expect((deep as { entries: { path: string }[] }).entries.map(({ path }) => path)).toContain(
        '/workspace/tree/b/c/deep',
      );
    });

    test('says how many entries it leaves out, and shows those nearest to the folder', async () => {
      await bash(
        'mkdir -p crowd/inner; cd crowd; for i in $(seq 1001 2500); do : > inner/$i; done; : > near',
      );

      const answer = await list({ path: 'crowd', depth: 2 });
      const { entries, left_out } = answer.structuredContent as {
        entries: { path: string }[];
        left_out: number;
      };
      expect([entries.length, left_out]).toEqual([1000, 502]);
      expect(entries.map(({ path }) => path)).toContain('/workspace/crowd/near');
      expect(textOf(answer)).toContain('502 more entries are left out');
    });

    test('keeps apart what a name with line breaks pretends', async () => {
      await python(
        "import os; os.makedirs('names'); open('names/a\\n/workspace/names/forged  1 bytes', 'w')",
      );

      expect(textOf(await list({ path: 'names' })).split('\n')).toHaveLength(1);
    });

    test('shows names that are no UTF-8, and times and sizes beyond what programs expect', async () => {
      await python(
        "import os; os.makedirs('odd'); open(b'odd/\\xff', 'w'); os.utime('odd', (2**40, 2**40)); os.truncate(b'odd/\\xff', 500_000_000)",
      );

      expect((await list({ path: 'odd' })).structuredContent).toMatchObject({
        entries: [{ path: '/workspace/odd/\ufffd', type: 'file', size_bytes: 500_000_000 }],
      });
      expect((await list()).isError).toBeUndefined();
    });
  });

  describe('a sandbox that is named', () => {
    test('has its own files', async () => {
      const { sandboxId } = await createContext(server, { language: 'bash', sandbox_id: 'new' });
      await write({ path: 'own.txt', text: 'of the second', sandbox_id: sandboxId });

      expect((await read({ path: 'own.txt', sandbox_id: sandboxId })).structuredContent).toMatchObject({
        text: 'of the second',
      });
      expect(textOf(await read({ path: 'own.txt' }))).toMatch(
        /^FILE_NOT_FOUND: Nothing is at \/workspace\/own.txt\n/,
      );
      await server.call('kill_sandbox', { sandbox_id: sandboxId });
      expect(textOf(await read({ path: 'own.txt', sandbox_id: sandboxId }))).toMatch(
        /^SANDBOX_NOT_FOUND: Sandbox sb_\w+ was killed with kill_sandbox\n/,
      );
    });

    test.each(['read_file', 'write_file', 'list_files'])(
      'that does not exist is said by %s',
      async (tool) => {
        const args = { path: 'x', sandbox_id: 'sb_none', ...(tool === 'write_file' && { text: '' }) };

        expect(textOf(await server.call(tool, args))).toMatch(
          /^SANDBOX_NOT_FOUND: Sandbox sb_none does not exist/,
        );
      },
    );
  });

  describe('a wrong argument is answered with what is wrong:', () => {
    beforeAll(async () => {
      await bash(
        'mkdir -p wrong/full; cd wrong; printf "a\\nb\\n" > two; : > full/x; mkfifo fifo; ln -s loop loop; ln -s /etc/passwd out; ln -s ../.. up; printf "\\0\\1" > bin; printf secret > closed; chmod 0 closed; for i in $(seq 30); do mkdir $i; cd $i; done',
      );
    });

    const B = 'INVALID_ARGUMENT';
    const cases: [tool: string, args: Record<string, unknown>, says: string | RegExp][] = [
      ['read_file', {}, `${B}: read_file: path: is required`],
      ['read_file', { path: '' }, `${B}: The path is empty`],
      ['read_file', { path: 'a\0b' }, `${B}: The path has a NUL character`],
      ['read_file', { path: 'x'.repeat(4097) }, `${B}: The path has 4097 bytes`],
      ['read_file', { path: 'x'.repeat(256) }, /has a name of more than 255 bytes/],
      ['read_file', { path: 'nothing' }, 'FILE_NOT_FOUND: Nothing is at /workspace/nothing'],
      ['read_file', { path: 'wrong' }, `${B}: /workspace/wrong is a folder, not a file`],
      ['read_file', { path: 'wrong/two/x' }, /is no folder, or leads through something that is none/],
      ['read_file', { path: 'wrong/fifo' }, `${B}: /workspace/wrong/fifo is a FIFO, not a regular file`],
      [
        'read_file',
        { path: 'wrong/loop' },
        `${B}: /workspace/wrong/loop leads through more than 40 symbolic links`,
      ],
      [
        'read_file',
        { path: 'wrong/out' },
        'PATH_NOT_ALLOWED: /workspace/wrong/out leads to /etc, which is outside',
      ],
      [
        'read_file',
        { path: 'wrong/up/etc/passwd' },
        'PATH_NOT_ALLOWED: /workspace/wrong/up/etc/passwd leads to /etc',
      ],
      [
        'read_file',
        { path: '/etc/passwd' },
        'PATH_NOT_ALLOWED: /etc/passwd is outside of the folders that may be used',
      ],
      ['read_file', { path: '../etc/passwd' }, 'PATH_NOT_ALLOWED: /etc/passwd is outside'],
      ['read_file', { path: '/proc/self/environ' }, 'PATH_NOT_ALLOWED: /proc/self/environ is outside'],
      ['read_file', { path: 'wrong/closed' }, 'PATH_NOT_ALLOWED: /workspace/wrong/closed is not permitted'],
      ['read_file', { path: 'wrong/two', start_line: 0 }, /^INVALID_ARGUMENT: read_file: start_line: /],
      [
        'read_file',
        { path: 'wrong/two', start_line: 3 },
        `${B}: /workspace/wrong/two has 2 lines, none of number 3`,
      ],
      [
        'read_file',
        { path: 'wrong/two', start_line: 2, end_line: 1 },
        `${B}: end_line 1 is before start_line 2`,
      ],
      [
        'read_file',
        { path: 'wrong/two', start_line: 1, length: 1 },
        `${B}: read_file takes either lines or bytes`,
      ],
      [
        'read_file',
        { path: 'wrong/two', offset: 5 },
        `${B}: /workspace/wrong/two has 4 bytes, and offset is 5`,
      ],
      ['read_file', { path: 'wrong/two', lines: '1-2' }, `${B}: read_file: unknown argument lines`],
      ['read_file', { path: 'wrong/bin', start_line: 1 }, /application\/octet-stream, which has no lines/],
      ['write_file', { path: 'x' }, `${B}: write_file takes either text or base64, and exactly one of them`],
      ['write_file', { path: 'x', text: '', base64: '' }, `${B}: write_file takes either text or base64`],
      ['write_file', { path: 'x', base64: 'a' }, `${B}: base64 is no base64`],
      [
        'write_file',
        { path: 'x', text: '', append: true, offset: 0 },
        `${B}: write_file takes either append or offset`,
      ],
      [
        'write_file',
        { path: 'wrong/two', text: '', offset: 5 },
        `${B}: /workspace/wrong/two has only 4 bytes`,
      ],
      ['write_file', { path: 'wrong', text: '' }, `${B}: /workspace/wrong is a folder, not a file`],
      ['write_file', { path: 'wrong/fifo', text: '' }, `${B}: /workspace/wrong/fifo is a FIFO`],
      ['write_file', { path: 'wrong/fifo', text: '', append: true }, `${B}: /workspace/wrong/fifo is a FIFO`],
      ['write_file', { path: 'wrong/out', text: '' }, 'PATH_NOT_ALLOWED: /workspace/wrong/out leads to /etc'],
      ['write_file', { path: '/usr/x', text: '' }, 'PATH_NOT_ALLOWED: /usr/x is outside'],
      ['write_file', { path: '/', text: '' }, 'PATH_NOT_ALLOWED: / is outside'],
      ['list_files', { path: 'wrong/two' }, `${B}: /workspace/wrong/two is no folder`],
      ['list_files', { path: '/' }, 'PATH_NOT_ALLOWED: / is outside'],
      ['list_files', { path: '/home' }, 'PATH_NOT_ALLOWED: /home is outside'],
      ['list_files', { depth: 33 }, /^INVALID_ARGUMENT: list_files: depth: /],
    ];
    test.each(cases)('%s %j', async (tool, args, says) => {
      const answer = await server.call(tool, args);

      expect(answer).toMatchObject({ isError: true });
      expect(answer.structuredContent).toBeUndefined();
      const text = textOf(answer);
      expect(text).toMatch(/\nhint: ./);
      if (typeof says === 'string') expect(text.slice(0, says.length)).toBe(says);
      else expect(text).toMatch(says);
    });

    test('and nothing is lost', async () => {
      expect((await bash('cat wrong/two; ls -A wrong/full')).stdout).toBe('a\nb\nx\n');
    });
  });

  test('a full file system leaves a file as it was, and says how much room there is', async () => {
    await using small = await user.startServer(['--workspace-mib', '2', '--workspace-files', '100']);
    await small.call('write_file', { path: 'kept', text: 'as it was' });

    const tooMuch = await small.call('write_file', { path: 'kept', text: 'x'.repeat(2_500_000) });
    expect(textOf(tooMuch)).toMatch(
      /^INVALID_ARGUMENT: \/workspace\/kept does not fit: the file system is full \(/,
    );
    expect((await small.run({ language: 'bash' }, 'cat kept; ls -A')).stdout).toBe('as it waskept\n');
  });

  test('links inside the sandbox are followed, and written through', async () => {
    await bash(
      'printf target > real; ln -sf /workspace/real abs; ln -sf real rel; ln -sfn /tmp tmp; ln -sfn .. over',
    );
    await write({ path: 'abs', text: 'changed' });

    expect((await read({ path: 'over/workspace/rel' })).structuredContent).toMatchObject({ text: 'changed' });
    await write({ path: 'tmp/there', text: 'in tmp' });
    expect((await bash('cat /tmp/there; readlink abs')).stdout).toBe('in tmp/workspace/real\n');
    await write({ path: '/home/user/own', text: 'at home' });
    expect((await bash('cat ~/own')).stdout).toBe('at home');
  });

  test('what a dead sandbox held is said to be lost', async () => {
    await using other = await user.startServer();
    await other.call('write_file', { path: 'lost.txt', text: 'x' });
    const anchors = descendantsOf(other.pid).filter(({ command }) => command === 'cat');
    for (const { pid } of anchors) process.kill(pid, 'SIGKILL');

    const answer = textOf(await other.call('read_file', { path: 'lost.txt' }));
    expect(anchors.length).toBeGreaterThan(0);
    expect(answer).toContain('the processes of this sandbox had ended, and its files were lost');
    expect((await other.call('write_file', { path: 'new.txt', text: 'x' })).isError).toBeUndefined();
  });
});
