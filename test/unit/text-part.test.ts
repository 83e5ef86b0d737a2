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
    'lines=1-',
    'lines=',
    'lines=1,2',
    'offset=x',
    'offset=7',
    'offset=',
    'from=1',
  ])('asked for by %s is refused', (query) => {
    expect(() => read('a\nb\nc\n', query)).toThrow(SandboxError);
  });

  test('says how many lines do not fit', () => {
    const lines = Array.from({ length: 30 }, () => 'x'.repeat(50_000)).join('\n');

    expect(read(lines, 'lines=1-30')).toMatch(
      /x\n\[… 11 more lines: over 1 MB; ask for a smaller range …\]\n$/,
    );
  });

  test('of one line that is too long says that it is left out', () => {
    expect(read('x'.repeat(2_000_000), 'lines=1')).toBe(
      '\n[… 1 more lines: over 1 MB; ask for a smaller range …]\n',
    );
  });
});
