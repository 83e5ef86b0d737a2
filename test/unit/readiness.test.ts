import { expect, test } from 'vitest';
import { SandboxError } from '../../src/errors.ts';
import { createLogger } from '../../src/logger.ts';
import { Readiness } from '../../src/sandboxes/readiness.ts';
import type { Sandbox, SandboxDriver } from '../../src/sandboxes/sandbox.ts';
import { NO_FILES } from '../helpers/no-files.ts';

interface Tried {
  driver: SandboxDriver;
  made: number;
  ended: number;
}

/** A driver whose sandboxes are counted, or fail as told. */
function driverThat(failure?: Error): Tried {
  const tried: Tried = {
    made: 0,
    ended: 0,
    driver: {
      name: 'counted',
      prepare: () => Promise.resolve(),
      createSandbox: () => {
        tried.made += 1;
        return failure ? Promise.reject(failure) : Promise.resolve(sandbox);
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  };
  const sandbox: Sandbox = {
    id: 'sb_test',
    commands: {
      run: () => {
        throw new Error('no command is needed');
      },
    },
    files: NO_FILES,
    createContext: () => Promise.reject(new Error('no context is needed')),
    warmUp: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => {
      tried.ended += 1;
      return Promise.resolve();
    },
  };
  return tried;
}

test('a server is ready where one sandbox can be made, which is ended; the answer is kept', async () => {
  const tried = driverThat();
  const readiness = new Readiness(tried.driver, createLogger('silent'));

  const answers = await Promise.all([readiness.check(), readiness.check()]);
  answers.push(await readiness.check());

  expect(answers).toEqual([undefined, undefined, undefined]);
  expect(tried).toMatchObject({ made: 1, ended: 1 });
});

test('a server is not ready where no sandbox can be made, and says only the code', async () => {
  const failure = new SandboxError('ISOLATION_UNAVAILABLE', 'bwrap is missing', { hint: 'Install it.' });
  const tried = driverThat(failure);
  const readiness = new Readiness(tried.driver, createLogger('silent'));

  expect([await readiness.check(), await readiness.check()]).toEqual([
    'ISOLATION_UNAVAILABLE',
    'ISOLATION_UNAVAILABLE',
  ]);
  expect(tried.made).toBe(1);
});

test('a bug is no reason that a client could use', async () => {
  const readiness = new Readiness(driverThat(new Error('a bug')).driver, createLogger('silent'));

  expect(await readiness.check()).toBe('INTERNAL');
});
