import { expect, test } from 'vitest';
import { newTarget } from '../helpers/cells.ts';
import { goServer } from '../helpers/go-cells/run-sequence.ts';

test('the stock strategy is told with its reason, once in each context', async () => {
  await using server = await goServer('stock');
  const target = await newTarget(server, 'go');

  const first = await server.run(target, '1 + 1');
  const second = await server.run(target, '2 + 2');

  expect(first.notes).toEqual([
    'Go cells are linked by the unmodified toolchain, which is slower: the setting go_strategy is stock',
  ]);
  expect(second.notes).toEqual([]);
});

test('the prelinked strategy, where it is ready, is used without a word', async () => {
  await using server = await goServer('prelinked');
  const target = await newTarget(server, 'go');

  expect((await server.run(target, '1 + 1')).notes).toEqual([]);
});
