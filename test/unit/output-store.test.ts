import { expect, test } from 'vitest';
import { KeptOutput } from '../../src/executions/kept-output.ts';
import { OutputStore } from '../../src/executions/output-store.ts';

const NONE = new KeptOutput({ headBytes: 1, tailBytes: 1 });

test('displays of thousands of empty forms count: they would fill the memory uncounted', () => {
  const store = new OutputStore();
  const display = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [String(index), '']));

  for (let index = 0; index < 200; index += 1)
    store.add(String(index), { stdout: NONE, stderr: NONE, displays: [display] });

  expect(store.ids().length).toBeLessThan(110);
  expect(store.ids().at(-1)).toBe('199');
});
