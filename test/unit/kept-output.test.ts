import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { cutMiddle, KeptOutput } from '../../src/executions/kept-output.ts';

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

describe('memory of kept output', () => {
  test('is near the bytes kept where 20 million chunks of one byte came', { timeout: 60_000 }, () => {
    const MIB = 1024 * 1024;
    const output = new KeptOutput({ headBytes: 16 * MIB, tailBytes: 2 * MIB });
    const chunks = Array.from({ length: 10 }, (_, digit) => Buffer.from(String(digit)));
    const [zero = Buffer.alloc(0)] = chunks;
    const before = usedBytes();

    for (let index = 0; index < 20_000_000; index += 1) output.append(chunks[index % 10] ?? zero);

    expect(usedBytes() - before).toBeLessThan(60 * MIB);
    expect(output).toMatchObject({ bytes: 20_000_000, keptBytes: 18 * MIB });
    const kept = output.read();
    expect(kept.toString('latin1', 0, 12)).toBe('012345678901');
    expect(kept.toString('latin1', 16 * MIB - 4, 16 * MIB)).toBe('2345'); // 16 MiB is 16 777 216
    expect(kept.toString('latin1', kept.length - 2 * MIB, kept.length - 2 * MIB + 4)).toBe('8901');
    expect(kept.toString('latin1', kept.length - 3)).toBe('789');
  });

  test('does not grow by the slabs that small chunks are parts of', () => {
    const output = new KeptOutput({ headBytes: 1000, tailBytes: 1000 });
    const before = usedBytes();

    for (let index = 0; index < 2000; index += 1)
      output.append(Buffer.allocUnsafeSlow(64 * 1024).subarray(0, 1));

    expect(output.keptBytes).toBe(2000);
    collectGarbage();
    expect(usedBytes() - before).toBeLessThan(20 * 1024 * 1024);
  });

  test('is copied: what becomes of a chunk later changes nothing', () => {
    const output = new KeptOutput({ headBytes: 2, tailBytes: 2 });
    const chunk = Buffer.from('abcd');

    output.append(chunk);
    chunk.fill('x');

    expect(output.read().toString()).toBe('abcd');
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('a text is cut in the middle only where it is over the limit in bytes', () => {
  expect(cutMiddle('short', 5)).toBe('short');
  expect(cutMiddle('ü'.repeat(10), 20)).toBe('ü'.repeat(10));
  expect(cutMiddle('ü'.repeat(11), 20)).toBe(`${'ü'.repeat(5)}\n[… 2 bytes left out …]\n${'ü'.repeat(5)}`);
});

test('a text is never cut in the middle of a character', () => {
  for (let size = 0; size < 60; size += 1) {
    const cut = cutMiddle('🎉'.repeat(50), size);
    const [, begin = '', left, end = ''] = /^(🎉*)\n\[… (\d+) bytes left out …\]\n(🎉*)$/u.exec(cut) ?? [];
    expect(Buffer.byteLength(begin + end) + Number(left)).toBe(200);
    expect(Buffer.byteLength(begin + end)).toBeLessThanOrEqual(size);
  }
});
