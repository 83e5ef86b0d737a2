import { describe, expect, test } from 'vitest';
import { cutMiddle, KeptOutput, wholeCharacters } from '../../src/executions/kept-output.ts';

function kept(limits: { headBytes: number; tailBytes: number }, ...chunks: string[]): KeptOutput {
  const output = new KeptOutput(limits);
  for (const chunk of chunks) output.append(Buffer.from(chunk));
  return output;
}

describe('kept output', () => {
  test('is all there is below the limit', () => {
    const output = kept({ headBytes: 10, tailBytes: 5 }, 'abc', '', 'def');

    expect(output.read().toString()).toBe('abcdef');
    expect(output).toMatchObject({ bytes: 6, keptBytes: 6, dropped: 0 });
  });

  test('fills its head and then its tail before anything is dropped', () => {
    const output = kept({ headBytes: 4, tailBytes: 4 }, 'abcdefgh');

    expect(output.read().toString()).toBe('abcdefgh');
    expect(output.dropped).toBe(0);
  });

  test('keeps the first and the last bytes, and says how many are missing', () => {
    const output = kept({ headBytes: 4, tailBytes: 3 }, 'abcdefghij');

    expect(output.read().toString()).toBe('abcd\n[… 3 bytes left out …]\nhij');
    expect(output).toMatchObject({ bytes: 10, keptBytes: 7, dropped: 3 });
  });

  test('is the same however it comes in', () => {
    const text = 'the quick brown fox jumps over the lazy dog';

    for (const size of [1, 2, 3, 7, 20, 100]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      expect(
        kept({ headBytes: 9, tailBytes: 8 }, ...chunks)
          .read()
          .toString(),
      ).toBe('the quick\n[… 26 bytes left out …]\nlazy dog');
    }
  });

  test('stays within its memory whatever comes', () => {
    const output = new KeptOutput({ headBytes: 1000, tailBytes: 100 });
    const chunk = Buffer.alloc(70, 'x');

    for (let i = 0; i < 10_000; i += 1) output.append(chunk);

    expect(output).toMatchObject({ bytes: 700_000, keptBytes: 1100, dropped: 698_900 });
  });
});

describe('an excerpt', () => {
  test('is the whole where it fits', () => {
    expect(kept({ headBytes: 100, tailBytes: 10 }, 'abcdef').excerpt(6)).toBe('abcdef');
  });

  test('shows begin and end and counts what is between', () => {
    expect(kept({ headBytes: 100, tailBytes: 10 }, 'a'.repeat(50), 'b'.repeat(50)).excerpt(20)).toBe(
      `${'a'.repeat(10)}\n[… 80 bytes left out …]\n${'b'.repeat(10)}`,
    );
  });

  test('counts also what was not kept', () => {
    const output = kept({ headBytes: 10, tailBytes: 10 }, 'a'.repeat(10), 'x'.repeat(1000), 'b'.repeat(10));

    expect(output.excerpt(8)).toBe('aaaa\n[… 1012 bytes left out …]\nbbbb');
  });

  test('never cuts a character in two', () => {
    const output = kept({ headBytes: 1000, tailBytes: 10 }, '€'.repeat(100));

    for (let size = 1; size < 60; size += 1) expect(output.excerpt(size)).not.toContain('\ufffd');
  });
});

describe('whole characters', () => {
  test.each([
    ['a€', 0, 3, 'a'],
    ['a€', 0, 4, 'a€'],
    ['€a', 1, 4, 'a'],
    ['🎉🎉', 2, 8, '🎉'],
    ['🎉🎉', 0, 7, '🎉'],
    ['ascii', 0, 5, 'ascii'],
    ['€', 1, 2, ''],
    ['', 0, 0, ''],
  ])('of %j from byte %i to %i are %j', (text, from, to, expected) => {
    expect(wholeCharacters(Buffer.from(text).subarray(from, to)).toString()).toBe(expected);
  });

  test('keep bytes that are no UTF-8', () => {
    expect([...wholeCharacters(Buffer.from([0xff, 0x41]))]).toEqual([0xff, 0x41]);
  });
});

test('a text is cut in the middle only where it is over the limit in bytes', () => {
  expect(cutMiddle('short', 5)).toBe('short');
  expect(cutMiddle('ü'.repeat(10), 20)).toBe('ü'.repeat(10));
  expect(cutMiddle('ü'.repeat(11), 20)).toBe(`${'ü'.repeat(5)}\n[… 2 bytes left out …]\n${'ü'.repeat(5)}`);
});
