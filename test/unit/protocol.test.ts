import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '../../src/kernels/protocol.ts';

const READY = { type: 'ready', protocol: 1, language: 'python', version: '3.13.0', pid: 2 };
const ERROR = { type: 'error', id: 'e1', name: 'E', message: 'm', traceback: ['a'], line: 1, column: null };
const DONE = { type: 'done', id: 'e1', names: ['x'], notes: ['n'] };

function decode(value: unknown): unknown {
  return decodeFrame(Buffer.from(JSON.stringify(value)));
}

describe('a frame of a guest', () => {
  test.each([
    READY,
    { type: 'entered' },
    { type: 'refused', message: 'no such folder' },
    { type: 'display', id: 'e1', data: { 'text/plain': 'x', 'image/png': 'aGk=' } },
    { type: 'result', id: 'e1', data: {} },
    ERROR,
    { ...ERROR, line: null, column: 7 },
    DONE,
  ])('is taken as it is: $type', (frame) => {
    expect(decode(frame)).toEqual(frame);
  });

  test.each<[string, unknown]>([
    ['an unknown type', { type: 'open', id: 'x' }],
    ['no type', { id: 'x' }],
    ['an unknown field', { ...DONE, more: 1 }],
    ['a missing field', { type: 'done', id: 'e1', names: [] }],
    ['another protocol', { ...READY, protocol: 2 }],
    ['an id that is too long', { ...DONE, id: 'x'.repeat(65) }],
    ['data that is no text', { type: 'result', id: 'e1', data: { 'text/plain': 5 } }],
    ['a MIME type that is too long', { type: 'result', id: 'e1', data: { ['t'.repeat(256)]: '' } }],
    ['a line that is no whole number', { ...ERROR, line: 1.5 }],
    ['a traceback that is one text', { ...ERROR, traceback: 'a' }],
    ['too many notes', { ...DONE, notes: Array.from({ length: 21 }, () => 'n') }],
    ['a list', [DONE]],
    ['null', null],
    ['text', 'done'],
  ])('is refused with %s', (_what, value) => {
    expect(decode(value)).toBeUndefined();
  });

  test.each([
    '',
    'garbage',
    '{"type":"entered"',
    '{"type":"entered"}{"type":"entered"}',
    '\u0000',
    '{"__proto__":1}',
  ])('is refused where it is no JSON object: %j', (line) => {
    expect(decodeFrame(Buffer.from(line))).toBeUndefined();
  });

  test('may hold a long text of any punctuation', () => {
    const frame = { type: 'result', id: 'e1', data: { 'text/plain': '[1, {"2": [3]}], '.repeat(100_000) } };

    expect(decode(frame)).toEqual(frame);
  });

  test('is refused where it is made of very many values', () => {
    expect(decodeFrame(Buffer.from(`[${'[],'.repeat(200_000)}[]]`))).toBeUndefined();
  });
});

describe('a frame for a guest', () => {
  test('is a JSON line', () => {
    const frame = { type: 'execute', id: 'e1', count: 2, mark: '{m}', code: 'a\nb "€"' } as const;

    const line = encodeFrame(frame, 'json');

    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual(frame);
  });

  test('is its fields, each ended by a NUL byte, for a guest that reads no JSON', () => {
    expect(encodeFrame({ type: 'execute', id: 'e1', count: 2, mark: '{m}', code: 'a\nb' }, 'nul')).toBe(
      'execute\0e1\u00002\0{m}\0a\nb\0',
    );
    expect(encodeFrame({ type: 'enter', cwd: '/workspace', env: { A: '1', B: 'x=y' } }, 'nul')).toBe(
      'enter\0/workspace\u00002\0A=1\0B=x=y\0',
    );
  });
});
