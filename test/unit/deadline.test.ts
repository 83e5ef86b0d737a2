import { expect, test } from 'vitest';
import { deadline, DeadlineError } from '../../src/processes/deadline.ts';
import { defer } from '../../src/processes/deferred.ts';

const never = new AbortController().signal;

test('settles as what it waits for', async () => {
  await expect(deadline(Promise.resolve(5), 1000, never, 'too slow')).resolves.toBe(5);
  await expect(deadline(Promise.reject(new Error('bad')), 1000, never, 'too slow')).rejects.toThrow('bad');
});

test('says what took too long, and how long that was', async () => {
  const waiting = deadline(new Promise(() => undefined), 1, never, 'nothing came');

  await expect(waiting).rejects.toThrow(new DeadlineError('nothing came within 1 ms'));
});

test('gives up with the reason of the signal', async () => {
  const stop = new AbortController();
  const waiting = deadline(new Promise(() => undefined), 1000, stop.signal, 'nothing came');

  stop.abort(new Error('no longer wanted'));

  await expect(waiting).rejects.toThrow('no longer wanted');
});

test('leaves no unhandled rejection behind where it was given up before', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): number => unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  const { promise, reject } = defer<never>();

  await expect(deadline(promise, 1000, AbortSignal.abort(new Error('stopped')), '')).rejects.toThrow(
    'stopped',
  );
  reject(new Error('came too late'));
  // Unhandled rejections are told after the microtasks of this turn.
  await new Promise(setImmediate);

  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});
