import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { StreamEvents } from '../../src/transports/http/stream-events.ts';

const MIB = 1024 * 1024;

/** How the SDK begins a stream that its client can come back to. */
const PRIMING = {} as JSONRPCMessage; // no message, but what the SDK stores

function answer(id: number, text = ''): JSONRPCMessage {
  return { jsonrpc: '2.0', id, result: { text } };
}

const PROGRESS: JSONRPCMessage = {
  ...{ jsonrpc: '2.0', method: 'notifications/progress' },
  params: { progressToken: 1, progress: 1 },
};

/** A stream with one answered call; resolves with the id of its first event. */
async function answered(events: StreamEvents, name: string, text?: string): Promise<string> {
  const first = await events.storeEvent(name, PRIMING);
  await events.storeEvent(name, answer(1, text));
  return first;
}

describe('the events of a session', () => {
  test('give what follows an event on its own stream', async () => {
    const events = new StreamEvents();
    const first = await answered(events, 'a');
    await answered(events, 'b', 'of another stream');
    const replayed: JSONRPCMessage[] = [];

    const streamId = await events.replayEventsAfter(first, {
      send: async (_id, message) => void replayed.push(message),
    });

    expect(streamId).toBe('a');
    expect(replayed).toEqual([answer(1)]);
    expect(events.after(first)).toMatchObject({
      isComplete: true,
      rest: [{ id: 'a:2', message: answer(1) }],
    });
    expect(events.after('a:2')).toEqual({ isComplete: true, rest: [] });
  });

  test('do not keep progress, but know the client that has read it', async () => {
    const events = new StreamEvents();
    await events.storeEvent('a', PRIMING);
    const progress = await events.storeEvent('a', PROGRESS);
    await events.storeEvent('a', PROGRESS);

    expect(events.after(progress)).toEqual({ isComplete: false, rest: [] });
    await events.storeEvent('a', answer(1));
    expect(events.after(progress)).toMatchObject({ isComplete: true, rest: [{ id: 'a:4' }] });
  });

  test('do not take a stream that may carry several calls for complete', async () => {
    const events = new StreamEvents();
    const first = await events.storeEvent('a', answer(1));

    expect(events.after(first)).toEqual({ isComplete: false, rest: [] });
  });

  test.each(['a:3', 'a:0', 'a:-1', 'a:1.5', 'b:1', 'a', '', ':1', 'a:9999999999'])(
    'do not know %j',
    async (id) => {
      const events = new StreamEvents();
      await answered(events, 'a');

      expect(events.after(id)).toBeUndefined();
      await expect(events.replayEventsAfter(id, { send: async () => undefined })).rejects.toThrow('unknown');
    },
  );

  test('are 256 answered streams at most, and never fewer than those that still run', async () => {
    const events = new StreamEvents();
    const running = await events.storeEvent('running', PRIMING);
    const ids: string[] = [];
    for (let count = 0; count < 300; count += 1) ids.push(await answered(events, `s${count}`));

    expect(ids.filter((id) => events.after(id))).toEqual(ids.slice(-256));
    expect(events.after(running)).toEqual({ isComplete: false, rest: [] });
  });

  test('are 8 MiB at most, and the newest in any case', async () => {
    const events = new StreamEvents();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.push(await answered(events, name, 'x'.repeat(3 * MIB)));

    expect(ids.map((id) => events.after(id) !== undefined)).toEqual([false, true, true]);
    const large = await answered(events, 'large', 'x'.repeat(9 * MIB));
    expect([...ids, large].map((id) => events.after(id) !== undefined)).toEqual([false, false, false, true]);
  });
});
