/**
 * @typedef {object} Summary
 * @property {number} min
 * @property {number} median
 * @property {number} p95 Nearest rank: with fewer than 20 samples this is the largest.
 * @property {number} p99 Likewise, with fewer than 100.
 * @property {number} n
 */

/**
 * @param {readonly number[]} samples At least one.
 * @returns {Summary}
 */
export function summarize(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const half = sorted.length / 2;
  return {
    min: at(0),
    median: sorted.length % 2 === 1 ? at(Math.floor(half)) : (at(half - 1) + at(half)) / 2,
    p95: at(Math.ceil(sorted.length * 0.95) - 1),
    p99: at(Math.ceil(sorted.length * 0.99) - 1),
    n: sorted.length,
  };
}

/**
 * Milliseconds that each of `n` runs of `action` took, one after the other.
 * @param {number} n
 * @param {(index: number) => Promise<unknown>} action
 * @returns {Promise<number[]>}
 */
export async function timeEach(n, action) {
  const samples = [];
  for (let index = 0; index < n; index += 1) samples.push(await timed(() => action(index)));
  return samples;
}

/**
 * @param {() => Promise<unknown>} action
 * @returns {Promise<number>} Milliseconds.
 */
export async function timed(action) {
  const startedMs = performance.now();
  await action();
  return performance.now() - startedMs;
}

/** @param {number} ms */
export function sleep(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
