import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BlockedError, Egress, UnreachableError } from '../../src/network/egress.ts';
import { HostTable } from '../../src/network/host-table.ts';
import { HOST_ADDRESSES, hostAddress, readLoopback } from '../../src/network/loopback.ts';
import type { Lookup } from '../../src/network/resolver.ts';

const never = new AbortController().signal;
const heard: string[] = [];
const service = createServer((socket) => {
  heard.push(socket.localAddress ?? '');
  socket.destroy();
});
let port = 0;

beforeAll(async () => {
  service.listen(0, '0.0.0.0');
  await once(service, 'listening');
  const address = service.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});

afterAll(() => {
  service.close();
});

/** Answers each question with the next of these. */
function answering(...answers: string[][]): Lookup & { questions: string[] } {
  const questions: string[] = [];
  const lookup: Lookup = (name) => {
    const answer = answers[questions.length];
    questions.push(name);
    return answer ? Promise.resolve(answer) : Promise.reject(new Error('no such name'));
  };
  return Object.assign(lookup, { questions });
}

function egress(lookup: Lookup, allowPrivate: string[] = []): Egress {
  const settings = { network: 'full', allowHosts: [`*:${port}`], allowPrivate, hostAddresses: [] } as const;
  return new Egress(settings, () => Promise.resolve([{ host: 'registry.test', port }]), lookup);
}

describe('a name', () => {
  test('is resolved once, and what is connected to is what was checked', async () => {
    const lookup = answering(['127.0.0.1'], ['127.0.0.2']);
    const way = egress(lookup, [`private.test:${port}`]);

    for (const name of ['private.test', 'PRIVATE.test.']) {
      const socket = await way.connect(name, port, never);
      await once(socket.resume().end(), 'close');
    }

    expect(lookup.questions).toEqual(['private.test']);
    expect(heard.splice(0)).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  test.each([
    [['127.0.0.1']],
    [['8.8.8.8', '127.0.0.1']],
    [['127.0.0.1', '8.8.8.8']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['2606:4700::1', 'fe80::1']],
    [['no address']],
  ])('with the addresses %j is not connected to', async (addresses) => {
    const failure: unknown = await egress(answering(addresses))
      .connect('evil.test', port, never)
      .catch(String);

    expect(failure).toBe(
      `BlockedError: network: blocked evil.test:${port}; it has a private address: allow it with --allow-private evil.test:${port}`,
    );
    expect(heard).toEqual([]);
  });

  test('that gets a private address later is not connected to then', async () => {
    const way = egress(answering(['169.254.169.254']), []);

    await expect(way.connect('registry.test', port, never)).rejects.toThrow(BlockedError);
    expect(heard).toEqual([]);
  });

  test('of a registry may be of this machine', async () => {
    const socket = await egress(answering(['127.0.0.1'])).connect('registry.test', port, never);
    await once(socket.resume().end(), 'close');

    expect(heard.splice(0)).toEqual(['127.0.0.1']);
  });

  test('that is not found, or where nobody listens, is unreachable, and asked for again', async () => {
    const way = egress(answering(), [`private.test:1`]);

    await expect(way.connect('nowhere.test', port, never)).rejects.toThrow(UnreachableError);
    await expect(way.exists('nowhere.test', never)).resolves.toBe(false);
    const closed = egress(answering(['127.0.0.1']), ['private.test:1']);
    await expect(closed.connect('private.test', 1, never)).rejects.toThrow(
      'private.test:1 cannot be reached: ECONNREFUSED',
    );
  });

  test('is waited for no longer than the caller wants', async () => {
    const stop = new AbortController();
    const connecting = egress(() => new Promise(() => undefined)).connect('slow.test', port, stop.signal);

    stop.abort(new Error('enough'));

    await expect(connecting).rejects.toThrow('enough');
  });
});

describe('addresses for names', () => {
  test('are one for each kernel and name, and say what they stand for', () => {
    const table = new HostTable();
    const [a, b, c] = [
      { kernel: 1, host: 'a.test' },
      { kernel: 2, host: 'a.test' },
      { kernel: 1, host: 'b.test' },
    ].map((named) => table.addressOf(named));

    expect(new Set([a, b, c]).size).toBe(3);
    expect(table.addressOf({ kernel: 1, host: 'a.test' })).toBe(a);
    const read = readLoopback(b);
    expect(read?.service === 'host' && table.find(read.index)).toEqual({ kernel: 2, host: 'a.test' });
  });

  test('are given up, the one that was asked for least lately first, and stand for nothing then', () => {
    const table = new HostTable();
    const indexOf = (name: string): number => {
      const read = readLoopback(table.addressOf({ kernel: 1, host: name }));
      return read?.service === 'host' ? read.index : -1;
    };
    const [kept, lost] = [indexOf('kept.test'), indexOf('lost.test')];

    for (let i = 0; i < 4095; i += 1) {
      indexOf(`n${i}.test`);
      indexOf('kept.test');
    }

    expect(table.find(kept)).toEqual({ kernel: 1, host: 'kept.test' });
    expect(table.find(lost)).toBeUndefined();
    expect(indexOf('lost.test')).not.toBe(lost);
  });

  test.each([0, 1, 0xff, 0xff_ff, 0x1_00_00, HOST_ADDRESSES - 1])('number %i is read back', (index) => {
    expect(readLoopback(hostAddress(index))).toEqual({ service: 'host', index });
  });
});
