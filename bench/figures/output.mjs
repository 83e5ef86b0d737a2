import { cellsOf, LINES, LINES_BYTES, TEN_MB } from '../languages.mjs';
import { withServer } from '../server.mjs';
import { timed } from '../statistics.mjs';

/**
 * @typedef {import('../figure.mjs').Figure} Figure
 * @typedef {import('../server.mjs').BenchServer} BenchServer
 */

const WARM_UP_CALLS = 2;

/** @type {Figure} */
export const lines = {
  name: 'lines',
  title: '100 000 printed lines, all kept',
  unit: 'ms',
  ipykernel: 'lines',
  rows: ({ languages, repetitions }) =>
    languages.map((language) => ({
      label: language,
      target: 250,
      measure: () =>
        printing(language, repetitions(10), cellsOf(language).lines, async (server, { truncated }) => {
          if (truncated?.stdout_bytes !== LINES_BYTES)
            throw new Error(`${String(truncated?.stdout_bytes)} bytes`);
          const kept = await server.read(truncated.stdout_uri);
          const expected = Array.from({ length: LINES }, (_, i) => `${String(i)}\n`).join('');
          if (kept !== expected)
            throw new Error('the lines that can be read are not those that were printed');
        }),
    })),
};

/** @type {Figure} */
export const tenMegabytes = {
  name: 'ten-megabytes',
  title: '10 MB of output, all kept',
  unit: 'ms',
  ipykernel: 'tenMegabytes',
  rows: ({ languages, repetitions }) =>
    languages.map((language) => ({
      label: language,
      measure: () =>
        printing(language, repetitions(5), cellsOf(language).tenMegabytes, async (server, { truncated }) => {
          const kept = await readAll(server, truncated?.stdout_uri);
          if (kept !== TEN_MB) throw new Error(`${String(kept)} bytes of ${String(TEN_MB)} can be read`);
        }),
    })),
};

/** @type {Figure} */
export const firstChunk = {
  name: 'first-chunk',
  title: 'Call until the first progress notification of a cell that prints and goes on',
  unit: 'ms',
  ipykernel: 'firstChunk',
  rows: ({ languages, repetitions }) =>
    languages.map((language) => ({
      label: language,
      measure: () =>
        withServer(async (server) => {
          const { two, lineThenWait } = cellsOf(language);
          await server.run({ language }, two);
          const samples = [];
          for (let i = 0; i < repetitions(10); i += 1) {
            const startedMs = performance.now();
            /** @type {number | undefined} */
            let firstMs;
            const onprogress = () => (firstMs ??= performance.now() - startedMs);
            await server.run({ language }, lineThenWait, {}, { onprogress });
            if (firstMs === undefined) throw new Error('no progress was reported');
            samples.push(firstMs);
          }
          return samples;
        }),
    })),
};

/**
 * Times a cell that prints, and checks each time outside of the measured time that all of it is there.
 * @param {string} language
 * @param {number} n
 * @param {string} code
 * @param {(server: BenchServer, output: any) => Promise<void>} check
 */
function printing(language, n, code, check) {
  return withServer(async (server) => {
    const samples = [];
    for (let i = -WARM_UP_CALLS; i < n; i += 1) {
      let output;
      const ms = await timed(async () => {
        output = await server.run({ language }, code);
      });
      await check(server, output);
      if (i >= 0) samples.push(ms);
    }
    return samples;
  });
}

/**
 * Bytes that can be read of an output, part by part.
 * @param {BenchServer} server
 * @param {string | undefined} uri
 */
async function readAll(server, uri) {
  let bytes = 0;
  for (let next = uri; next;) {
    const text = await server.read(next);
    const more = /\n\[… bytes \d+–\d+ of \d+; the next part: (\S+) …\]\n$/.exec(text);
    bytes += Buffer.byteLength(more ? text.slice(0, more.index) : text);
    next = more?.[1];
  }
  return bytes;
}
