import { describe, expect, test } from 'vitest';
import { SandboxError } from '../../src/errors.ts';
import { readText } from '../../src/resources/text-part.ts';

const PATH = 'sandcell://executions/e/stdout';

function read(text: string, query = ''): string {
  return readText(Buffer.from(text), PATH, new URLSearchParams(query));
}

describe('a part of a text', () => {
  test('is the whole of a short one', () => {
    expect(read('one\ntwo\n')).toBe('one\ntwo\n');
    expect(read('')).toBe('');
  });

  test('names the next one, and the parts make up the whole', () => {
    const text = '€'.repeat(400_000); // 1 200 000 bytes

    const first = read(text);
    const next = /the next part: \S+\?(offset=\d+) …\]\n$/.exec(first)?.[1] ?? '';

    expect(first).toMatch(/^€+\n\[… bytes 0–999999 of 1200000; the next part: /);
    expect(first.slice(0, first.indexOf('\n')) + read(text, next)).toBe(text);
  });

  test('is empty at the end of the text', () => {
    expect(read('abc', 'offset=3')).toBe('');
  });

  test.each([
    ['lines=2', 'b'],
    ['lines=2-3', 'b\nc'],
    ['lines=3-99', 'c\n'],
    ['lines=99', ''],
    ['lines=2-', 'b\nc\n'],
    ['lines=99&search=', 'No line contains "".'],
    ['lines=2-3&search=', '2: b\n3: c'],
    ['search=', '1: a\n2: b\n3: c\n4: '],
    ['search=a%0Ab', 'No line contains "a\\nb".'],
    ['search=b', '2: b'],
    ['search=zz', 'No line contains "zz".'],
    ['lines=2-3&search=c', '3: c'],
    ['offset=2', 'b\nc\n'],
  ])('asked for by %s is %j', (query, expected) => {
    expect(read('a\nb\nc\n', query)).toBe(expected);
  });

  test.each([
    'lines=0',
    'lines=-1',
    'lines=3-2',
    'lines=0-',
    'lines=-',
    `search=${'x'.repeat(1001)}`,
    'lines=',
    'lines=1,2',
    'offset=x',
    'offset=7',
    'offset=',
    'from=1',
  ])('asked for by %s is refused', (query) => {
    expect(() => read('a\nb\nc\n', query)).toThrow(SandboxError);
  });

  test('of invalid bytes and halves of characters loses none of them, and ends', () => {
    for (const bytes of [[0x80], [0xff], [0xe2, 0x82], [0x80, 0x41], [0xf0, 0x9f, 0x8e]]) {
      const text = Buffer.alloc(2_500_000, Buffer.from(bytes));

      const parts = follow(text);

      expect(parts.map(({ bytes: length }) => length).reduce((sum, length) => sum + length)).toBe(2_500_000);
      expect(parts.every(({ json }) => json <= 2_100_000)).toBe(true);
      expect(parts.length).toBeLessThan(12);
    }
  });

  test('keeps the bytes that it begins with, where they are no character', () => {
    expect(readText(Buffer.from([0x80, 0x80, 0x41]), PATH, new URLSearchParams())).toBe('\ufffd\ufffdA');
  });

  test('of control characters is smaller, as they swell', () => {
    const first = read('\u0001'.repeat(1_000_000));

    expect(Buffer.byteLength(JSON.stringify(first))).toBeLessThan(2_100_000);
    expect(first).toContain(`the next part: ${PATH}?offset=250000 `);
  });

  test('names the lines that did not fit, and so on to the last', () => {
    const line = 'x'.repeat(50_000);
    const lines = Array.from({ length: 30 }, () => line).join('\n');

    const first = read(lines, 'lines=2-30');

    expect(first).toMatch(/x\n\[… 10 more lines; the next part: \S+\/stdout\?lines=21-30 …\]\n$/);
    expect(first.split('\n', 19)).toEqual(Array<string>(19).fill(line));
    expect(read(lines, 'lines=21-30')).toBe(Array<string>(10).fill(line).join('\n'));
  });

  test('is a line over 1 MB as far as it fits, with the address of its rest', () => {
    const long = '€'.repeat(500_000);
    const text = `first\n${long}\nlast`;

    const part = read(text, 'lines=2-3');

    const [, offset = ''] = /the rest of line 2 \(500001 bytes\): \S+\?(offset=\d+); /.exec(part) ?? [];
    expect(part).toMatch(/^€+\n\[… .*; the next part: \S+\/stdout\?lines=3-3 …\]\n$/);
    expect(`${part.slice(0, part.indexOf('\n'))}${read(text, offset)}`).toBe(`${long}\nlast`);
    expect(read(text, 'lines=2')).toMatch(
      /^€+\n\[… the rest of line 2 \(500001 bytes\): \S+\?offset=\d+ …\]\n$/,
    );
  });

  test('leaves a line over 1 MB that is not the first to the next part', () => {
    const text = `first\n${'x'.repeat(2_000_000)}\nlast`;

    expect(read(text, 'lines=1-')).toBe(`first\n[… 2 more lines; the next part: ${PATH}?lines=2- …]\n`);
    expect(read(text, 'search=')).toBe(
      `1: first\n[… more lines; the next part: ${PATH}?search=&lines=2- …]\n`,
    );
  });

  test('names the next hits of a search that did not fit', () => {
    const text = Array.from({ length: 30 }, (_, i) => `${i % 2 ? 'a&b' : ''}${'x'.repeat(99_996)}`).join(
      '\n',
    );

    const first = read(text, 'search=a%26b&lines=2-28');
    const [, next = ''] = /the next part: \S+\?(\S+) …\]\n$/.exec(first) ?? [];

    expect(next).toBe('search=a%26b&lines=20-28');
    const numbers = [...`${first}\n${read(text, next)}`.matchAll(/^(\d+): a&b/gm)].map(([, n]) => Number(n));
    expect(numbers).toEqual(Array.from({ length: 14 }, (_, i) => 2 * i + 2));
  });

  test('is a hit of a search in a line over 1 MB, with the address of its rest and of what was found', () => {
    const text = `none\n${'x'.repeat(1_500_000)}needle\nneedle`;

    expect(read(text, 'search=needle')).toMatch(
      /^2: x{1000000}\n\[… the rest of line 2 \(500006 bytes\): \S+\?offset=1000005; it is found at \S+\?offset=1500005; the next part: \S+\?search=needle&lines=3- …\]\n$/,
    );
    expect(read(text, 'search=needle&lines=3-')).toBe('3: needle');
  });

  test('of 16 MiB of empty lines takes little memory', () => {
    const text = Buffer.alloc(16 * 1024 * 1024, '\n');
    const before = process.memoryUsage();

    const parts = ['lines=1-3', 'lines=16000000-', 'lines=1-', 'search=', 'search=x'].map((query) =>
      readText(text, PATH, new URLSearchParams(query)),
    );

    const after = process.memoryUsage();
    // A text taken apart into its lines has 16 million of them.
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(100_000_000);
    expect(parts[0]).toBe('\n\n');
    expect(parts[1]).toHaveLength(777_217);
    expect(parts[2]).toMatch(/^\n+\[… 15777216 more lines; the next part: \S+\?lines=1000002- …\]\n$/);
    expect(parts[3]).toMatch(/more lines; the next part: \S+\?search=&lines=\d+- …\]\n$/);
    expect(parts[4]).toBe('No line contains "x".');
  });
});

/** Reads all parts: the bytes of the text that each covers, and its length as JSON. */
function follow(text: Buffer): { bytes: number; json: number }[] {
  const parts: { bytes: number; json: number }[] = [];
  for (let offset = 0; offset < text.length;) {
    const part = readText(text, PATH, new URLSearchParams({ offset: String(offset) }));
    const next = Number(/the next part: \S+\?offset=(\d+) …\]\n$/.exec(part)?.[1] ?? text.length);
    if (next <= offset) throw new Error(`no progress at ${String(offset)}`);
    parts.push({ bytes: next - offset, json: Buffer.byteLength(JSON.stringify(part)) });
    offset = next;
  }
  return parts;
}
