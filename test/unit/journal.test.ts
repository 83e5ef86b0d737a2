import { expect, test } from 'vitest';
import { Journal, type JournalEntry } from '../../src/contexts/journal.ts';

function entry(executionCount: number, code = 'x'): JournalEntry {
  return { executionCount, code, status: 'ok', names: ['x'] };
}

test('keeps what was run, in order', () => {
  const journal = new Journal();

  journal.append(entry(1, 'a = 1'));
  journal.append({ ...entry(2, 'b'), status: 'error' });

  expect(journal.entries).toEqual([
    { executionCount: 1, code: 'a = 1', status: 'ok', names: ['x'] },
    { executionCount: 2, code: 'b', status: 'error', names: ['x'] },
  ]);
});

test('forgets the code of the oldest cells once all together are too long, and keeps their outcome', () => {
  const journal = new Journal();
  const large = 'x'.repeat(3 * 1024 * 1024);

  for (let count = 1; count <= 4; count += 1) journal.append(entry(count, large));

  expect(journal.entries.map(({ code }) => code?.length ?? null)).toEqual([
    null,
    null,
    large.length,
    large.length,
  ]);
  expect(journal.entries.map(({ executionCount }) => executionCount)).toEqual([1, 2, 3, 4]);
});

test('forgets the oldest cells once there are too many', () => {
  const journal = new Journal();

  for (let count = 1; count <= 10_005; count += 1) journal.append(entry(count));

  expect(journal.entries).toHaveLength(10_000);
  expect(journal.entries[0]?.executionCount).toBe(6);
});

test('goes on forgetting code after it has forgotten cells', () => {
  const journal = new Journal();
  for (let count = 1; count <= 10_005; count += 1) journal.append(entry(count));

  const large = 'x'.repeat(5 * 1024 * 1024);
  journal.append(entry(10_006, large));
  journal.append(entry(10_007, large));

  const withCode = journal.entries.filter(({ code }) => code !== null);
  expect(withCode.map(({ executionCount }) => executionCount)).toEqual([10_007]);
});
