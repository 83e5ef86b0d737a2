import { expect, test } from 'vitest';
import { withoutHalfEnd, withoutHalfStart } from '../../src/executions/whole-characters.ts';

test.each([
  ['a€', 0, 3, 'a'],
  ['a€', 0, 4, 'a€'],
  ['🎉🎉', 0, 7, '🎉'],
  ['🎉', 0, 1, ''],
  ['ascii', 0, 5, 'ascii'],
  ['', 0, 0, ''],
])('%j from byte %i to %i without half a character at its end is %j', (text, from, to, expected) => {
  expect(withoutHalfEnd(Buffer.from(text).subarray(from, to)).toString()).toBe(expected);
});

test.each([
  ['€a', 1, 4, 'a'],
  ['€a', 0, 4, '€a'],
  ['🎉🎉', 1, 8, '🎉'],
  ['€', 1, 3, ''],
  ['', 0, 0, ''],
])('%j from byte %i to %i without half a character at its begin is %j', (text, from, to, expected) => {
  expect(withoutHalfStart(Buffer.from(text).subarray(from, to)).toString()).toBe(expected);
});

test('bytes that are no UTF-8 stay', () => {
  expect([...withoutHalfStart(Buffer.from([0xff, 0x41]))]).toEqual([0xff, 0x41]);
  expect([...withoutHalfEnd(Buffer.from([0xff, 0x41]))]).toEqual([0xff, 0x41]);
  expect([...withoutHalfEnd(Buffer.from([0x80, 0x80, 0x80, 0x80]))]).toEqual([0x80, 0x80, 0x80, 0x80]);
});
