import { withServer } from '../server.mjs';
import { timed, timeEach } from '../statistics.mjs';

/** @typedef {import('../figure.mjs').Figure} Figure */

const MB = 1_000_000;
/** As one call may carry. */
const PART_BYTES = 2 * MB;
const WARM_UP_CALLS = 5;

/** @type {Figure} */
export const files = {
  name: 'files',
  title: 'Files of a sandbox through the tools (100 MB: in parts of 2 MB and of 350 kB, as one call carries)',
  unit: 'ms',
  rows: ({ repetitions }) => [
    {
      label: 'first use: write_file, the sandbox being there',
      measure: () => eachServer(repetitions(5), (server) => timed(() => write(server, 'first', 'x'))),
    },
    {
      label: 'write_file, 1 kB',
      measure: () =>
        warm((server) => timeEach(repetitions(100), () => write(server, 'small', 'x'.repeat(1000)))),
    },
    {
      label: 'read_file, 1 kB',
      measure: () =>
        warm(async (server) => {
          await write(server, 'small', 'x'.repeat(1000));
          return timeEach(repetitions(100), () => server.call('read_file', { path: 'small' }));
        }),
    },
    {
      label: 'write_file, 1 MB',
      measure: () => warm((server) => timeEach(repetitions(20), () => write(server, 'one', 'x'.repeat(MB)))),
    },
    {
      label: 'read_file, 1 MB',
      measure: () =>
        warm(async (server) => {
          await write(server, 'one', '\0'.repeat(MB));
          return timeEach(repetitions(10), () => readAll(server, 'one', MB));
        }),
    },
    {
      label: 'write_file, 100 MB',
      measure: () => warm((server) => timeEach(repetitions(3), () => writeLarge(server))),
    },
    {
      label: 'read_file, 100 MB',
      measure: () =>
        warm(async (server) => {
          await server.run(
            { language: 'python' },
            `open('large', 'wb').write(bytes(${String(100 * MB)}))\nNone`,
          );
          return timeEach(repetitions(3), () => readAll(server, 'large', 100 * MB));
        }),
    },
  ],
};

/** @typedef {import('../server.mjs').BenchServer} BenchServer */

/**
 * @param {(server: BenchServer) => Promise<number[]>} measure
 */
function warm(measure) {
  return withServer(async (server) => {
    for (let i = 0; i < WARM_UP_CALLS; i += 1) await write(server, 'warm', 'x');
    return measure(server);
  });
}

/**
 * @param {number} n
 * @param {(server: BenchServer) => Promise<number>} measure
 */
async function eachServer(n, measure) {
  const samples = [];
  for (let i = 0; i < n; i += 1) {
    samples.push(
      await withServer(async (server) => {
        await server.createContext('bash');
        return measure(server);
      }),
    );
  }
  return samples;
}

/**
 * @param {BenchServer} server
 * @param {string} path
 * @param {string} text
 * @param {Record<string, unknown>} [more]
 */
async function write(server, path, text, more = {}) {
  return server.call('write_file', { path, text, ...more });
}

/** @param {BenchServer} server */
async function writeLarge(server) {
  const part = 'x'.repeat(PART_BYTES);
  await write(server, 'large', '');
  for (let bytes = 0; bytes < 100 * MB; bytes += PART_BYTES)
    await write(server, 'large', part, { append: true });
}

/**
 * @param {BenchServer} server
 * @param {string} path
 * @param {number} size
 */
async function readAll(server, path, size) {
  for (let offset = 0; offset < size;) {
    const { next_offset } = await server.call('read_file', { path, offset, length: size - offset });
    if (next_offset === null) return;
    offset = Number(next_offset);
  }
}
