import { describe, expect, test } from 'vitest';
import { DeadlineError } from '../../src/processes/deadline.ts';
import { type Client, FairQueue } from '../../src/sandboxes/fair-queue.ts';

const LONG_MS = 60_000;
const { signal: NEVER } = new AbortController();

/** A session that nobody shares. */
function alone(session: string): Client {
  return { session, principal: session };
}

/** Asks for a place, by default for the session that begins the name; `order` then tells who got one when. */
function line(queue: FairQueue): { order: string[]; ask: (call: string, client?: Client) => void } {
  const order: string[] = [];
  return {
    order,
    ask: (call, client = alone(call.charAt(0))) => {
      queue.enter(client, LONG_MS, NEVER).then(
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
    await queue.enter(alone('x'), LONG_MS, NEVER);
    for (const call of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) ask(call);

    for (const client of ['x', 'a', 'b', 'c', 'a', 'b']) {
      queue.leave(alone(client));
      await settle();
    }

    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('gives a principal one turn however many sessions it has, and its sessions theirs in turn', async () => {
    const queue = new FairQueue(1);
    const { order, ask } = line(queue);
    await queue.enter(alone('x'), LONG_MS, NEVER);
    const many = (session: string): Client => ({ session, principal: 'many' });
    for (const call of ['a1', 'a2', 'b1', 'c1']) ask(call, many(call.charAt(0)));
    for (const call of ['y1', 'y2']) ask(call);

    for (const client of [alone('x'), many('a'), alone('y'), many('b'), alone('y'), many('c')]) {
      queue.leave(client);
      await settle();
    }

    expect(order).toEqual(['a1', 'y1', 'b1', 'y2', 'c1', 'a2']);
  });

  test('counts what a principal holds and waits for', async () => {
    const queue = new FairQueue(1);
    const controller = new AbortController();
    await queue.enter({ session: 'a', principal: 'many' }, LONG_MS, NEVER);
    const waiting = queue.enter({ session: 'b', principal: 'many' }, LONG_MS, controller.signal);

    expect([queue.askedBy('many'), queue.askedBy('a')]).toEqual([2, 0]);

    controller.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    expect(queue.askedBy('many')).toBe(1);
  });

  test('forgets a cancelled call at once, with the reason of its signal', async () => {
    const queue = new FairQueue(1);
    const { order, ask } = line(queue);
    const controller = new AbortController();
    await queue.enter(alone('x'), LONG_MS, NEVER);
    const cancelled = queue.enter(alone('a'), LONG_MS, controller.signal);
    ask('b1');

    controller.abort(new Error('cancelled'));

    await expect(cancelled).rejects.toThrow('cancelled');
    expect(queue.length).toBe(1);
    queue.leave(alone('x'));
    await settle();
    expect(order).toEqual(['b1']);
  });

  test('hands on the place of a call that was cancelled in the moment in which its turn came', async () => {
    const queue = new FairQueue(1);
    const { order, ask } = line(queue);
    const controller = new AbortController();
    await queue.enter(alone('x'), LONG_MS, NEVER);
    const cancelled = queue.enter(alone('a'), LONG_MS, controller.signal);
    ask('b1');

    controller.abort(new Error('cancelled'));
    queue.leave(alone('x'));

    await expect(cancelled).rejects.toThrow('cancelled');
    await settle();
    expect(order).toEqual(['b1']);
  });

  test('gives up after its time, and leaves nothing behind', async () => {
    const queue = new FairQueue(1);
    await queue.enter(alone('x'), LONG_MS, NEVER);

    await expect(queue.enter(alone('a'), 1, NEVER)).rejects.toThrow(DeadlineError);

    expect(queue.length).toBe(0);
    queue.leave(alone('x'));
    await queue.enter(alone('b'), 1, NEVER);
  });

  test('knows when one client holds all places', async () => {
    const queue = new FairQueue(2);
    await queue.enter(alone('a'), LONG_MS, NEVER);
    expect(queue.isFullOf('a')).toBe(false);
    await queue.enter(alone('a'), LONG_MS, NEVER);

    expect(queue.isFullOf('a')).toBe(true);
    expect(queue.isFullOf('b')).toBe(false);
    queue.leave(alone('a'));
    await queue.enter(alone('b'), LONG_MS, NEVER);
    expect(queue.isFullOf('a')).toBe(false);
  });
});
