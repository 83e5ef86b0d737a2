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

  logger.info({ processes: 3 }, 'started');
  logger.error({}, 'failed');

  expect(lines()).toEqual([
    { level: 'info', time, processes: 3, msg: 'started' },
    { level: 'error', time, msg: 'failed' },
  ]);
});

test('leaves out what is below its level', () => {
  const logger = createLogger('warn', descriptor);

  logger.debug({}, 'one');
  logger.info({}, 'two');
  logger.warn({}, 'three');

  expect(lines()).toEqual([{ level: 'warn', time, msg: 'three' }]);
});

test('writes nothing when silent', () => {
  createLogger('silent', descriptor).error({}, 'failed');

  expect(lines()).toEqual([]);
});

test('a child puts its fields into each line', () => {
  const logger = createLogger('info', descriptor).child({ session: 's-1' }).child({ sandbox: 'b-1' });

  logger.info({ execution: 'e-1' }, 'done');

  expect(lines()).toEqual([
    { level: 'info', time, session: 's-1', sandbox: 'b-1', execution: 'e-1', msg: 'done' },
  ]);
});

test('writes an error with its stack and cause', () => {
  const error = new Error('outer', { cause: new Error('inner') });

  createLogger('info', descriptor).error({ err: error }, 'failed');

  expect(lines()).toMatchObject([
    {
      err: {
        type: 'Error',
        message: 'outer: inner',
        stack: expect.stringContaining('logger.test.ts') as unknown,
      },
    },
  ]);
});

test('hides code and secrets that are passed by mistake', () => {
  createLogger('info', descriptor).info({ code: 'x = 1', kernel: { env: { KEY: 'hunter2' } } }, 'ran');

  expect(lines()).toEqual([
    { level: 'info', time, code: '[hidden]', kernel: { env: '[hidden]' }, msg: 'ran' },
  ]);
});

test.skipIf(process.platform !== 'linux')('goes on where a line cannot be written', () => {
  const full = openSync('/dev/full', 'w');
  const logger = createLogger('info', full);

  expect(() => logger.info({}, 'lost')).not.toThrow();

  closeSync(full);
});
