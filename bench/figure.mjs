/**
 * @typedef {object} BenchOptions
 * @property {readonly string[]} languages
 * @property {(n: number) => number} repetitions How many instead of `n`: fewer with --quick.
 *
 * @typedef {object} Row One line of a figure's table.
 * @property {string} label
 * @property {() => Promise<number[]>} measure Samples in the row's unit. A failure is printed, and the next row follows.
 * @property {string} [unit] Where it differs from the figure's.
 * @property {number} [target] The median has to be at most this.
 *
 * @typedef {object} Figure
 * @property {string} name For --only.
 * @property {string} title
 * @property {string} unit
 * @property {string} [ipykernel] Which figure of bench/ipykernel.py stands beside it.
 * @property {(options: BenchOptions) => Row[]} rows
 */

/**
 * Measures once what several rows show.
 * @template T
 * @param {() => Promise<T>} measure
 * @returns {() => Promise<T>}
 */
export function once(measure) {
  /** @type {Promise<T> | undefined} */
  let result;
  return () => (result ??= measure());
}
