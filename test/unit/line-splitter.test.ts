import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/kernels/line-splitter.ts';

function push(splitter: LineSplitter, text: string): string[] | undefined {
  return splitter.push(Buffer.from(text))?.map((line) => line.toString());
}

test('cuts chunks into lines without their newlines', () => {
  const splitter = new LineSplitter(100);

  expect(push(splitter, 'one\ntwo\n')).toEqual(['one', 'two']);
  expect(push(splitter, '\n\n')).toEqual(['', '']);
});

test('puts a line together that comes in parts', () => {
  const splitter = new LineSplitter(100);

  expect(push(splitter, 'a')).toEqual([]);
  expect(push(splitter, '')).toEqual([]);
  expect(push(splitter, 'b')).toEqual([]);
  expect(push(splitter, 'c\nd')).toEqual(['abc']);
  expect(push(splitter, '\n')).toEqual(['d']);
});

test('puts a character together whose bytes come apart', () => {
  const splitter = new LineSplitter(100);
  const [first = 0, ...rest] = Buffer.from('€\n');

  expect(splitter.push(Buffer.from([first]))).toEqual([]);
  expect(splitter.push(Buffer.from(rest))).toEqual([Buffer.from('€')]);
});

test('takes a line that is just as long as the limit', () => {
  expect(push(new LineSplitter(5), '12345\n')).toEqual(['12345']);
});

test('refuses a line over the limit, with or without its end', () => {
  expect(push(new LineSplitter(5), '123456\n')).toBeUndefined();
  expect(push(new LineSplitter(5), '123456')).toBeUndefined();
  expect(push(new LineSplitter(5), 'ok\n123456')).toBeUndefined();
});

test('counts the parts of a line together', () => {
  const splitter = new LineSplitter(5);

  expect(push(splitter, '123')).toEqual([]);
  expect(push(splitter, '456')).toBeUndefined();
});
