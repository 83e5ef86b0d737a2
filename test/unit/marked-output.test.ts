import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { MarkedOutput } from '../../src/kernels/marked-output.ts';

const MARK = '{0123456789abcdef0123456789abcdef}';

/** A cell's view of a stream: what it gets, and whether it has ended. */
function cell(output: MarkedOutput, mark = MARK): { text: () => string; ends: () => number } {
  const chunks: Buffer[] = [];
  let ends = 0;
  output.begin(mark, { chunk: (bytes) => chunks.push(Buffer.from(bytes)), ended: () => (ends += 1) });
  return { text: () => Buffer.concat(chunks).toString(), ends: () => ends };
}

/** Writes and waits until the reader has seen it. */
async function write(stream: PassThrough, text: string): Promise<void> {
  stream.write(text);
  await new Promise(setImmediate);
}

describe('marked output', () => {
  test('goes to the cell up to its mark, and ends it', async () => {
    const stream = new PassThrough();
    const output = new MarkedOutput(stream);
    const seen = cell(output);

    await write(stream, `hello\n${MARK}`);

    expect(seen.text()).toBe('hello\n');
    expect(seen.ends()).toBe(1);
  });

  test('finds a mark wherever chunks are cut', async () => {
    for (let cut = 0; cut <= MARK.length; cut += 1) {
      const stream = new PassThrough();
      const seen = cell(new MarkedOutput(stream));

      await write(stream, `out${MARK.slice(0, cut)}`);
      await write(stream, MARK.slice(cut));

      expect([seen.text(), seen.ends()]).toEqual(['out', 1]);
    }
  });

  test('passes on what only begins like the mark', async () => {
    const stream = new PassThrough();
    const seen = cell(new MarkedOutput(stream));

    for (const part of ['{', '{0', MARK.slice(0, 20), '!', `{{${MARK.slice(0, 33)}`, 'x'])
      await write(stream, part);
    await write(stream, MARK);

    expect(seen.text()).toBe(`{{0${MARK.slice(0, 20)}!{{${MARK.slice(0, 33)}x`);
    expect(seen.ends()).toBe(1);
  });

  test('is not ended by the mark of another cell', async () => {
    const stream = new PassThrough();
    const seen = cell(new MarkedOutput(stream));

    await write(stream, '{ffffffffffffffffffffffffffffffff}');

    expect(seen.ends()).toBe(0);
  });

  test('between two cells is kept for the next one', async () => {
    const stream = new PassThrough();
    const output = new MarkedOutput(stream);
    cell(output);

    await write(stream, `own${MARK}late one `);
    await write(stream, 'late two');

    expect(output.takeLate()).toEqual({ bytes: Buffer.from('late one late two'), dropped: 0 });
    expect(output.takeLate()).toEqual({ bytes: Buffer.alloc(0), dropped: 0 });
  });

  test('between two cells is kept up to a limit, the rest is counted', async () => {
    const stream = new PassThrough();
    const output = new MarkedOutput(stream);

    await write(stream, 'x'.repeat(100_000));
    await write(stream, 'y'.repeat(100_000));

    const { bytes, dropped } = output.takeLate();
    expect(bytes.length + dropped).toBe(200_000);
    expect(bytes.length).toBe(64 * 1024);
  });

  test('that was held back goes out when the cell ends without its mark', async () => {
    const stream = new PassThrough();
    const output = new MarkedOutput(stream);
    const seen = cell(output);
    await write(stream, `last ${MARK.slice(0, 10)}`);

    output.end();

    expect(seen.text()).toBe(`last ${MARK.slice(0, 10)}`);
  });

  test('of a stream that closes ends the cell, and each one after it at once', async () => {
    const stream = new PassThrough();
    const output = new MarkedOutput(stream);
    const first = cell(output);

    stream.destroy();
    await new Promise(setImmediate);
    const second = cell(output);

    expect([first.ends(), second.ends()]).toEqual([1, 1]);
  });
});
