import { describe, expect, test } from 'vitest';
import type { MimeBundle } from '../../src/executions/execution.ts';
import { type DisplayPart, readDisplay } from '../../src/resources/display-part.ts';

const PATH = 'sandcell://executions/e/displays/0';

function read(bundle: MimeBundle, query = ''): DisplayPart[] {
  return readDisplay(bundle, PATH, new URLSearchParams(query));
}

function textOf(part: DisplayPart | undefined): string {
  if (!part || !('text' in part)) throw new Error('no text');
  return part.text;
}

describe('a display', () => {
  test('is read in all its forms, or in the one that is asked for', () => {
    const bundle = { 'text/plain': 'a', 'image/svg+xml': '<svg>', 'image/png': 'AA\nAA\n' };

    expect(read(bundle)).toEqual([
      { mimeType: 'text/plain', text: 'a' },
      { mimeType: 'image/svg+xml', text: '<svg>' },
      { mimeType: 'image/png', blob: 'AAAA' },
    ]);
    expect(read(bundle, 'type=image%2Fsvg%2Bxml')).toEqual([{ mimeType: 'image/svg+xml', text: '<svg>' }]);
    expect(read(bundle, 'type=text/plain&lines=1')).toEqual([{ mimeType: 'text/plain', text: 'a' }]);
  });

  test('of 8 MiB of text is read in parts of 1 MB that make up the whole', () => {
    const html = '<b>€</b>'.repeat(800_000);
    const bundle = { 'text/plain': 'page', 'text/html': html };

    const [plain, first] = read(bundle);
    let text = textOf(first);
    let whole = '';
    for (let parts = 1; ; parts += 1) {
      expect(Buffer.byteLength(text)).toBeLessThan(1_001_000);
      const more = /\n\[… bytes \d+–\d+ of \d+; the next part: (\S+)\?(\S+) …\]\n$/.exec(text);
      whole += more ? text.slice(0, more.index) : text;
      if (!more || parts > 10) break;
      expect(more[1]).toBe(PATH);
      text = textOf(read(bundle, more[2])[0]);
    }

    expect(plain).toEqual({ mimeType: 'text/plain', text: 'page' });
    expect(whole === html).toBe(true);
  });

  test('of many long texts is 1 MB all in all', () => {
    const types = Array.from({ length: 8 }, (_, index) => `text/x-${String(index)}`);

    const parts = read(Object.fromEntries(types.map((type) => [type, 'x'.repeat(1_000_000)])));

    expect(parts).toHaveLength(8);
    expect(parts.reduce((sum, part) => sum + textOf(part).length, 0)).toBeLessThan(1_001_000);
  });

  test('of thousands of forms is read in the few that its answer names', () => {
    const types = Array.from({ length: 20_000 }, (_, index) => `text/x-${String(index)}`);

    expect(read(Object.fromEntries([...types, 'no type'].map((type) => [type, ''])))).toHaveLength(8);
    expect(read({ 'no type': 'x' })).toEqual([]);
  });

  test('of 4 MB of base64 is read whole, a larger one is refused with its size, the limit, and what to do', () => {
    const data = 'A'.repeat(4_000_000);

    expect(read({ 'image/png': data })).toEqual([{ mimeType: 'image/png', blob: data }]);
    expect(() => read({ 'text/plain': 'p', 'image/png': `${data}AAAA` })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: 'image/png: 4000004 bytes as base64 are over the limit of 4000000',
        hint:
          'Make it smaller, or save it to a file in /workspace. ' +
          'Each form is read alone with ?type=, one of text%2Fplain, image%2Fpng',
      }),
    );
    expect(read({ 'text/plain': 'p', 'image/png': `${data}AAAA` }, 'type=text%2Fplain')).toHaveLength(1);
  });

  test('of several images that are over 4 MB together is read one by one', () => {
    const bundle = { 'image/png': 'A'.repeat(3_000_000), 'image/jpeg': 'B'.repeat(3_000_000) };

    expect(() => read(bundle)).toThrow('image/png, image/jpeg: 6000000 bytes as base64 are over the limit');
    expect(read(bundle, 'type=image/jpeg')).toHaveLength(1);
  });

  test('whose image is no base64 is refused with the reason', () => {
    expect(() => read({ 'image/png': 'not base64!' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: 'image/png cannot be read: its data is no base64',
      }),
    );
  });

  test.each([
    ['type=text%2Fcsv', 'displays/0 has no type text/csv'],
    ['offset=1', 'Parts are read of one text, not of a display'],
    ['type=image%2Fpng&offset=1', 'Parts are read of one text, not of a display'],
    ['type=text%2Fplain&page=1', 'unknown parameter page'],
    ['type=text%2Fplain&offset=9', 'offset must be a number of bytes from 0 to 1'],
  ])('asked for by %s is refused', (query, message) => {
    expect(() => read({ 'text/plain': 'a', 'image/png': 'AAAA' }, query)).toThrow(message);
  });
});
