import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CodeInterpreter,
  FileNotFoundError,
  InvalidArgumentError,
  PathNotAllowedError,
  Sandbox,
} from 'sandcell';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.create();
});

afterAll(async () => {
  await sandbox.kill();
});

test('text and bytes are written and read back, and cells see them', async () => {
  const { files } = sandbox;
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const { codes } = await CodeInterpreter.create(sandbox);

  await files.write('deep/text.txt', 'größe\n');
  await files.write('bytes', bytes);

  expect(await files.read('deep/text.txt')).toBe('größe\n');
  expect(new Uint8Array(await files.readBytes('bytes'))).toEqual(bytes);
  expect(await files.readBytes('bytes', { offset: 10, length: 2 })).toEqual(Buffer.from([10, 11]));
  const { result } = await codes.run('open("deep/text.txt").read(), len(open("bytes", "rb").read())');
  expect(result[0]?.text).toBe(`('größe\\n', 256)`);
});

test('a file is appended to, and written over in place', async () => {
  const { files } = sandbox;
  await files.write('log', 'one\n');

  await files.write('log', 'two\n', { append: true });
  await files.write('log', 'ONE', { offset: 0 });

  expect(await files.read('log')).toBe('ONE\ntwo\n');
});

test('streams carry files of any size', async () => {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 100; i += 1) yield await Promise.resolve(Buffer.alloc(100_000, i));
  }
  const { sizeBytes } = await sandbox.files.write('large', pieces());
  let bytes = 0;

  for await (const piece of sandbox.files.readStream('large', { offset: 1 })) bytes += piece.length;

  expect({ sizeBytes, bytes }).toEqual({ sizeBytes: 10_000_000, bytes: 9_999_999 });
});

test('folders are made, listed, moved and removed', async () => {
  const { files } = sandbox;
  await files.makeDirectory('folder/inner');
  await files.write('folder/a', 'a');

  expect((await files.list('folder')).map(({ path, type }) => [path, type])).toEqual([
    ['/workspace/folder/a', 'file'],
    ['/workspace/folder/inner', 'directory'],
  ]);
  await files.move('folder/a', 'folder/b');
  expect(await files.stat('folder/b')).toMatchObject({ type: 'file', sizeBytes: 1 });
  expect([await files.exists('folder/a'), await files.exists('folder/b')]).toEqual([false, true]);
  await files.remove('folder', { recursive: true });
  expect(await files.exists('folder')).toBe(false);
});

test('what cannot be done is an error whose class says why', async () => {
  const { files } = sandbox;

  await expect(files.read('nothing')).rejects.toThrow(FileNotFoundError);
  await expect(files.read('/etc/passwd')).rejects.toThrow(PathNotAllowedError);
  await expect(files.read('../etc/passwd')).rejects.toThrow(PathNotAllowedError);
  await expect(files.read('a\0b')).rejects.toThrow(InvalidArgumentError);
  await expect(files.read('log', { length: -1 })).rejects.toThrow(InvalidArgumentError);
  await expect(files.write('x', 5 as never)).rejects.toThrow(/no text, no bytes and no stream/);
  await expect(files.write('x', 'y', { append: true, offset: 1 })).rejects.toThrow(
    /append or offset, not both/,
  );
  await expect(files.read('log', { signal: AbortSignal.abort(new Error('no more')) })).rejects.toThrow(
    'no more',
  );
});
