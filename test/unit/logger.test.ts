import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../src/logger.ts';

let folder: string;
let file: string;
let descriptor: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandcell-logger-'));
  file = join(folder, 'log');
  descriptor = openSync(file, 'a');
});

afterEach(() => {
  closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

function lines(): unknown[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
}

const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

test('writes one line of JSON for each message, at once', () => {
  const logger = createLogger('info', descriptor);

  logger.info('started', { processes: 3 });
  logger.error('failed');

  expect(lines()).toEqual([
    { level: 'info', time, processes: 3, msg: 'started' },
    { level: 'error', time, msg: 'failed' },
  ]);
});

test('leaves out what is below its level', () => {
  const logger = createLogger('warn', descriptor);

  logger.debug('one');
  logger.info('two');
  logger.warn('three');

  expect(lines()).toEqual([{ level: 'warn', time, msg: 'three' }]);
});

test('writes nothing when silent', () => {
  createLogger('silent', descriptor).error('failed');

  expect(lines()).toEqual([]);
});

test('a child puts its fields into each line', () => {
  const logger = createLogger('info', descriptor).child({ session: 's-1' }).child({ sandbox: 'b-1' });

  logger.info('done', { execution: 'e-1' });

  expect(lines()).toEqual([
    { level: 'info', time, session: 's-1', sandbox: 'b-1', execution: 'e-1', msg: 'done' },
  ]);
});

test('writes an error with its stack and cause', () => {
  const stack: unknown = expect.stringContaining('logger.test.ts');
  const error = new Error('outer', { cause: new Error('inner') });

  createLogger('info', descriptor).error('failed', { error });

  expect(lines()).toMatchObject([
    { error: { type: 'Error', message: 'outer', stack, cause: { message: 'inner', stack } } },
  ]);
});

test('hides code and secrets that are passed by mistake', () => {
  createLogger('info', descriptor).info('ran', { code: 'x = 1', kernel: { env: { KEY: 'hunter2' } } });

  expect(lines()).toEqual([
    { level: 'info', time, code: '[hidden]', kernel: { env: '[hidden]' }, msg: 'ran' },
  ]);
});

test('shows the code of an error', () => {
  createLogger('info', descriptor).warn('refused', {
    error: Object.assign(new Error('no'), { code: 'ENOENT' }),
  });

  expect(lines()).toMatchObject([{ error: { code: 'ENOENT' } }]);
});

test.skipIf(process.platform !== 'linux')('goes on where a line cannot be written', () => {
  const full = openSync('/dev/full', 'w');
  const logger = createLogger('info', full);

  expect(() => logger.info('lost')).not.toThrow();

  closeSync(full);
});
