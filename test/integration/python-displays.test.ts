import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newTarget } from '../helpers/cells.ts';
import { startServer, textOf, type TestServer } from '../helpers/server.ts';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** An object that shows itself as a PNG. */
const PICTURE = `import base64
class Picture:
    def __repr__(self):
        return 'a picture'
    def _repr_png_(self):
        return base64.b64decode('${PNG}')
`;

/** As much of matplotlib as the guest looks at. */
const FAKE_MATPLOTLIB = `import os, sys
os.makedirs('matplotlib', exist_ok=True)
open('matplotlib/__init__.py', 'w').close()
with open('matplotlib/pyplot.py', 'w') as f:
    f.write('''
import base64
figures = {}
class Figure:
    def savefig(self, target, format, **options):
        assert format == 'png'
        target.write(base64.b64decode('${PNG}'))
def figure(number=None):
    number = number or len(figures) + 1
    return figures.setdefault(number, Figure())
def get_fignums():
    return sorted(figures)
def close(which):
    figures.clear()
''')
sys.path.insert(0, '/workspace')`;

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('rich values of Python', () => {
  test('come as an image, as text, and as a resource', async () => {
    const target = await newTarget(server, 'python');

    const result = await server.call('run_code', { ...target, code: `${PICTURE}Picture()` });

    const { displays } = result.structuredContent as { displays: { uri: string }[] };
    expect(result.structuredContent).toMatchObject({
      ...{ status: 'ok', result: 'a picture' },
      displays: [{ mime_types: ['text/plain', 'image/png'], text: 'a picture' }],
    });
    expect(result.content).toContainEqual({ type: 'image', data: PNG, mimeType: 'image/png' });
    const uri = displays[0]?.uri ?? '';
    expect(await server.client.readResource({ uri })).toEqual({
      contents: [
        { uri, mimeType: 'text/plain', text: 'a picture' },
        { uri, mimeType: 'image/png', blob: PNG },
      ],
    });
  });

  test('are shown in the order of display(), and the last value after them', async () => {
    const target = await newTarget(server, 'python');
    const code = `${PICTURE}
class Page:
    def __repr__(self): return 'a page'
    def _repr_html_(self): return '<b>page</b>'
display(Picture(), 'text')
display(Page())
Page()`;

    const result = await server.call('run_code', { ...target, code });

    expect(result.structuredContent).toMatchObject({
      result: 'a page',
      displays: [
        { mime_types: ['text/plain', 'image/png'], text: 'a picture' },
        { mime_types: ['text/plain'], text: "'text'" },
        { mime_types: ['text/plain', 'text/html'], text: 'a page' },
        { mime_types: ['text/plain', 'text/html'], text: 'a page' },
      ],
    });
    expect(textOf(result)).toContain('display (text/plain, text/html)');
  });

  test('may be MIME bundles of their own', async () => {
    const target = await newTarget(server, 'python');
    const code = `class Chart:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {'text/plain': 'chart', 'application/vnd.chart+json': {'a': [1]}, 'text/html': '<i/>'}
Chart()`;

    const output = await server.run(target, code);

    expect(output).toMatchObject({
      result: 'chart',
      displays: [{ mime_types: ['text/plain', 'application/vnd.chart+json', 'text/html'] }],
    });
    const { contents } = await server.client.readResource({ uri: output.displays[0]?.uri ?? '' });
    expect(contents[1]).toMatchObject({ mimeType: 'application/vnd.chart+json', text: '{"a": [1]}' });
  });

  test('keep their text where a rich form fails', async () => {
    const target = await newTarget(server, 'python');
    const code = `class Half:
    def __repr__(self): return 'half'
    def _repr_html_(self): raise ValueError('no html')
    def __getattr__(self, name): raise RuntimeError(name)
Half()`;

    expect(await server.run(target, code)).toMatchObject({ status: 'ok', result: 'half', displays: [] });
  });

  test('of a class are those of its objects', async () => {
    const target = await newTarget(server, 'python');

    expect(await server.run(target, `${PICTURE}Picture`)).toMatchObject({
      ...{ status: 'ok', result: "<class '__main__.Picture'>", displays: [] },
    });
  });

  test('open figures are shown at the end of the cell, once', async () => {
    const target = await newTarget(server, 'python');
    await server.run(target, FAKE_MATPLOTLIB);

    const drawn = await server.call('run_code', {
      ...target,
      code: 'import matplotlib.pyplot as plt\nplt.figure()\nplt.figure()\nNone',
    });
    const next = await server.run(target, '1');

    expect(drawn.structuredContent).toMatchObject({
      displays: [
        { mime_types: ['text/plain', 'image/png'], text: '<figure 1>' },
        { mime_types: ['text/plain', 'image/png'], text: '<figure 2>' },
      ],
    });
    expect(drawn.content.filter(({ type }) => type === 'image')).toHaveLength(2);
    expect(next).toMatchObject({ result: '1', displays: [] });
  });

  test('are shown of a cell that fails after them', async () => {
    const target = await newTarget(server, 'python');

    const output = await server.run(target, `${PICTURE}display(Picture())\n1 / 0`);

    expect(output).toMatchObject({ status: 'error', displays: [{ text: 'a picture' }] });
  });

  test('are counted: of a loop that shows without end, the first hundred', async () => {
    const target = await newTarget(server, 'python');

    const output = await server.run(target, 'for i in range(150):\n    display(i)');

    expect(output.displays).toHaveLength(100);
    expect(output.notes).toEqual(['only the first 100 displays are kept']);
  });

  test('that are too large for an answer stay behind their URI', async () => {
    const target = await newTarget(server, 'python');
    const code = `class Large:
    def __repr__(self): return 'large'
    def _repr_png_(self): return bytes(2_000_000)
Large()`;

    const result = await server.call('run_code', { ...target, code });

    expect(JSON.stringify(result).length).toBeLessThan(1_000_000);
    expect(result.content.map(({ type }) => type)).toEqual(['text']);
    const { displays } = result.structuredContent as { displays: { uri: string }[] };
    const { contents } = await server.client.readResource({ uri: displays[0]?.uri ?? '' });
    expect(contents[1]).toMatchObject({
      mimeType: 'image/png',
      blob: Buffer.alloc(2_000_000).toString('base64'),
    });
  });

  test('that are over the limit of a frame are dropped, and that is said', async () => {
    const target = await newTarget(server, 'python');
    const code = `class Huge:
    def __repr__(self): return 'huge'
    def _repr_png_(self): return bytes(20_000_000)
Huge()`;

    const output = await server.run(target, code);

    expect(output).toMatchObject({ status: 'ok', displays: [] });
    expect(output.result).toMatch(
      /^\d+ bytes of text\/plain, image\/png were dropped: over the limit of \d+$/,
    );
  });

  test('of text are cut in the middle', async () => {
    const target = await newTarget(server, 'python');

    const output = await server.run(target, "'a' * 5_000_000 + 'z'");

    expect(output.result?.length).toBeLessThan(17_000);
    expect(output.result).toMatch(/^'a+\n\[… \d+ bytes left out …\]\n/);
  });
});
