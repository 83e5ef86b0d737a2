import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressReport } from '../../src/tools/progress-report.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function report(): { sent: string[]; report: ProgressReport } {
  const sent: string[] = [];
  return { sent, report: new ProgressReport((message) => sent.push(message)) };
}

test('puts together what a cell prints within a moment', () => {
  const { sent, report: progress } = report();
  using _progress = progress;

  for (const text of ['a', 'b', 'c']) progress.output(Buffer.from(text));
  vi.advanceTimersByTime(1000);

  expect(sent).toEqual(['abc']);
});

test('sends a few messages a second, however much a cell prints', () => {
  const { sent, report: progress } = report();
  using _progress = progress;

  for (let ms = 0; ms < 1000; ms += 1) {
    progress.output(Buffer.from('x'));
    vi.advanceTimersByTime(1);
  }

  expect(sent.length).toBeGreaterThanOrEqual(2);
  expect(sent.length).toBeLessThanOrEqual(4);
});

test('keeps the end of a flood', () => {
  const { sent, report: progress } = report();
  using _progress = progress;

  progress.output(Buffer.from(`${'x'.repeat(100_000)}end`));
  vi.advanceTimersByTime(1000);

  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatch(/^x+end$/);
  expect(sent[0]?.length).toBeLessThanOrEqual(4096);
});

test('says now and then that a silent cell still runs', () => {
  const { sent, report: progress } = report();
  using _progress = progress;

  vi.advanceTimersByTime(11_000);

  expect(sent).toEqual(['running for 5 s', 'running for 10 s']);
});

test('sends nothing once it is disposed', () => {
  const { sent, report: progress } = report();
  progress.output(Buffer.from('x'));

  progress[Symbol.dispose]();
  vi.advanceTimersByTime(60_000);

  expect(sent).toEqual([]);
});

test('does nothing for a client that asked for no progress', () => {
  const progress = new ProgressReport(undefined);

  progress.output(Buffer.from('x'));

  expect(vi.getTimerCount()).toBe(0);
  progress[Symbol.dispose]();
});

test('a character that comes in halves is sent whole, with the later message', () => {
  const { sent, report: progress } = report();
  using _progress = progress;
  const bytes = Buffer.from('a€b');

  progress.output(bytes.subarray(0, 2));
  vi.advanceTimersByTime(1000);
  progress.output(bytes.subarray(2));
  vi.advanceTimersByTime(1000);

  expect(sent).toEqual(['a', '€b']);
});

test('no message is sent for half a character alone', () => {
  const { sent, report: progress } = report();
  using _progress = progress;

  progress.output(Buffer.from('€').subarray(0, 1));
  vi.advanceTimersByTime(1000);

  expect(sent).toEqual([]);
});

test('the end of a flood does not begin with half a character, whatever was held before it', () => {
  for (const padding of [0, 1, 2]) {
    const { sent, report: progress } = report();
    using _progress = progress;

    progress.output(Buffer.from('€').subarray(0, 2));
    vi.advanceTimersByTime(1000);
    progress.output(Buffer.from(`${'€'.repeat(5000)}${'.'.repeat(padding)}`));
    vi.advanceTimersByTime(1000);

    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatch(/^€+\.*$/);
    expect(Buffer.byteLength(sent[0] ?? '')).toBeLessThanOrEqual(4096);
  }
});
