import { describe, expect, test } from 'vitest';
import { DeadlineError } from '../../src/processes/deadline.ts';
import { FairQueue } from '../../src/sandboxes/fair-queue.ts';

const LONG_MS = 60_000;
const { signal: NEVER } = new AbortController();

/** Asks for a place; `order` then tells who got one when. */
function line(queue: FairQueue): { order: string[]; ask: (call: string, signal?: AbortSignal) => void } {
  const order: string[] = [];
  return {
    order,
    ask: (call, signal = NEVER) => {
      queue.enter(call.charAt(0), LONG_MS, signal).then(
        () => order.push(call),
        () => undefined,
      );
    },
  };
}

/** Lets everything run that is ready to. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('a fair queue', () => {
  test('lets in at once as many as it has places', async () => {
    const queue = new FairQueue(2);
    const { order, ask } = line(queue);

    for (const call of ['a1', 'b1', 'c1']) ask(call);
    await settle();

    expect(order).toEqual(['a1', 'b1']);
    expect(queue.length).toBe(1);
  });

  test('serves the clients in turn, and the calls of one in their order', async () => {
    const queue = new FairQueue(1);
    const { order, ask } = line(queue);
    await queue.enter('x', LONG_MS, NEVER);
    for (const call of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) ask(call);

    for (const client of ['x', 'a', 'b', 'c', 'a', 'b']) {
      queue.leave(client);
      await settle();
    }

    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('forgets a cancelled call at once, with the reason of its signal', async () => {
    const queue = new FairQueue(1);
    const { order, ask } = line(queue);
    const controller = new AbortController();
    await queue.enter('x', LONG_MS, NEVER);
    const cancelled = queue.enter('a', LONG_MS, controller.signal);
    ask('b1');

    controller.abort(new Error('cancelled'));

    await expect(cancelled).rejects.toThrow('cancelled');
    expect(queue.length).toBe(1);
    queue.leave('x');
    await settle();
    expect(order).toEqual(['b1']);
  });

  test('hands on the place of a call that was cancelled in the moment in which its turn came', async () => {
    const queue = new FairQueue(1);
    const { order, ask } = line(queue);
    const controller = new AbortController();
    await queue.enter('x', LONG_MS, NEVER);
    const cancelled = queue.enter('a', LONG_MS, controller.signal);
    ask('b1');

    controller.abort(new Error('cancelled'));
    queue.leave('x');

    await expect(cancelled).rejects.toThrow('cancelled');
    await settle();
    expect(order).toEqual(['b1']);
  });

  test('gives up after its time, and leaves nothing behind', async () => {
    const queue = new FairQueue(1);
    await queue.enter('x', LONG_MS, NEVER);

    await expect(queue.enter('a', 1, NEVER)).rejects.toThrow(DeadlineError);

    expect(queue.length).toBe(0);
    queue.leave('x');
    await queue.enter('b', 1, NEVER);
  });

  test('knows when one client holds all places', async () => {
    const queue = new FairQueue(2);
    await queue.enter('a', LONG_MS, NEVER);
    expect(queue.isFullOf('a')).toBe(false);
    await queue.enter('a', LONG_MS, NEVER);

    expect(queue.isFullOf('a')).toBe(true);
    expect(queue.isFullOf('b')).toBe(false);
    queue.leave('a');
    await queue.enter('b', LONG_MS, NEVER);
    expect(queue.isFullOf('a')).toBe(false);
  });
});
