import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newTarget } from '../helpers/cells.ts';
import { startServer, type Target, type TestServer } from '../helpers/server.ts';

const PROBES = readFileSync(new URL('../helpers/probes.py', import.meta.url), 'utf8');

let server: TestServer;
/** A context in which the probes are defined. */
let python: Target;

beforeAll(async () => {
  server = await startServer();
  python = await newTarget(server, 'python');
  await server.run(python, PROBES);
});

afterAll(async () => {
  expect((await server.run({ language: 'python' }, '1 + 1')).result).toBe('2');
  await server[Symbol.asyncDispose]();
});

async function read(uri: string | undefined): Promise<ReadResourceResult['contents']> {
  return (await server.client.readResource({ uri: uri ?? '' })).contents;
}

/** A cell that shows `data`, an expression, under a type, in the way of an honest cell. */
function showing(type: string, data: string): string {
  return `class Shown:
    def __repr__(self): return 'shown'
    def _repr_mimebundle_(self, include=None, exclude=None): return {'text/plain': 'shown', '${type}': ${data}}
display(Shown())`;
}

test('a forged display of 12 MiB is dropped with a note, and the client stays connected', async () => {
  const { displays, notes, status } = await server.run(
    python,
    `forge({'type': 'display', 'id': cell().id, 'data': {'text/plain': 'x' * (12 << 20)}})
forge({'type': 'display', 'id': cell().id, 'data': {'text/plain': 'small'}})`,
  );

  expect({ status, notes }).toEqual({
    status: 'ok',
    notes: ['displays and results over 8 MiB are left out'],
  });
  expect(displays).toMatchObject([{ text: 'small' }]);
  expect(await read(displays[0]?.uri)).toMatchObject([{ text: 'small' }]);
});

test('a display of 7 MB of text is read in parts, the whole of it', async () => {
  const { displays } = await server.run(python, showing('text/html', "'0123456789' * 700_000"));

  const [plain, first] = await read(displays[0]?.uri);
  const [last] = await read(`${displays[0]?.uri ?? ''}?type=text%2Fhtml&offset=6999990`);

  expect(plain).toMatchObject({ mimeType: 'text/plain', text: 'shown' });
  expect(first).toMatchObject({ mimeType: 'text/html' });
  const text = first && 'text' in first ? first.text : '';
  expect(text.length).toBeLessThan(1_001_000);
  expect(text).toContain(`the next part: ${displays[0]?.uri ?? ''}?type=text%2Fhtml&offset=`);
  expect(last).toMatchObject({ text: '0123456789' });
});

test('an image of over 4 MB is refused with its size, and the client stays connected', async () => {
  const { displays } = await server.run(python, showing('image/png', "'A' * 6_000_000"));

  await expect(read(displays[0]?.uri)).rejects.toThrow(
    'INVALID_ARGUMENT: image/png: 6000000 bytes as base64 are over the limit of 4000000. Make it smaller, or save it',
  );
  expect(await read(`${displays[0]?.uri ?? ''}?type=text%2Fplain`)).toMatchObject([{ text: 'shown' }]);
});

test('an image of 3 MB is read whole', async () => {
  const { displays } = await server.run(python, showing('image/png', "'A' * 3_000_000"));

  const [, image] = await read(displays[0]?.uri);

  expect(image).toMatchObject({ mimeType: 'image/png' });
  expect(image && 'blob' in image ? image.blob.length : 0).toBe(3_000_000);
});

test('an image whose data is no base64 is left out, and the rest of the answer arrives', async () => {
  const { displays, notes, result, status } = await server.run(
    python,
    `class Picture:
    def __repr__(self): return 'a picture'
    def _repr_png_(self): return 'not base64!'
Picture()`,
  );

  expect({ status, result }).toEqual({ status: 'ok', result: 'a picture' });
  expect(notes).toEqual(['left out, because its data is no base64: image/png of displays/0']);
  await expect(read(displays[0]?.uri)).rejects.toThrow(/image\/png cannot be read: its data is no base64/);
});

test('output of nothing but halves of characters is read to its end', async () => {
  const { truncated } = await server.run(python, "sys.stdout.buffer.write(b'\\x80' * 2_500_000)");

  let uri = truncated?.stdout_uri ?? undefined;
  let parts = 0;
  for (; uri !== undefined && parts < 20; parts += 1) {
    const [content] = await read(uri);
    const text: string = content && 'text' in content ? content.text : '';
    expect(text).toMatch(/^\ufffd/);
    uri = /the next part: (\S+) …\]\n$/.exec(text)?.[1];
  }

  expect(parts).toBe(5);
});

test('progress of a flood has whole characters only, however the pipe cuts it', async () => {
  const messages: string[] = [];

  await server.run(
    python,
    `import time
end = time.monotonic() + 1
while time.monotonic() < end: print('€🎉' * 9_999)`,
    {},
    { onProgress: ({ message }) => messages.push(message ?? '') },
  );

  expect(messages.length).toBeGreaterThan(1);
  for (const message of messages) expect(message).toMatch(/^[€🎉\n]+$/u);
});
