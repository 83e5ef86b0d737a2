import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cellsOf, expectShown } from '../languages.mjs';
import { withServer } from '../server.mjs';
import { timed } from '../statistics.mjs';

/**
 * @typedef {import('../figure.mjs').Figure} Figure
 * @typedef {import('../server.mjs').BenchServer} BenchServer
 */

/** @type {Figure} */
export const initialize = {
  name: 'initialize',
  title: 'Server start until initialize is answered',
  unit: 'ms',
  rows: ({ repetitions }) => [
    {
      label: 'start',
      target: 300,
      measure: () => eachServer(repetitions(20), (server) => Promise.resolve(server.startMs)),
    },
  ],
};

/** @type {Figure} */
export const cold = {
  name: 'cold',
  title: 'First context of a fresh server with its first result',
  unit: 'ms',
  ipykernel: 'start',
  rows: ({ languages, repetitions }) => [
    ...languages.flatMap((language) => [
      {
        label: `${language}: create_context, run_code`,
        ...(language === 'python' && { target: 120 }),
        measure: () => eachServer(repetitions(10), (server) => createAndRun(server, language)),
      },
      {
        label: `${language}: run_code alone`,
        ...(language === 'python' && { target: 120 }),
        measure: () => eachServer(repetitions(10), (server) => runAlone(server, language)),
      },
    ]),
    {
      label: 'python: run_code alone, runtimes never searched',
      measure: () => withEmptyCaches(repetitions(5), (server) => runAlone(server, 'python')),
    },
  ],
};

/**
 * @param {BenchServer} server
 * @param {string} language
 */
function createAndRun(server, language) {
  return timed(async () => {
    const { context_id } = await server.createContext(language);
    expectShown(await server.run({ context_id }, cellsOf(language).two), '2');
  });
}

/**
 * @param {BenchServer} server
 * @param {string} language
 */
function runAlone(server, language) {
  return timed(async () => {
    expectShown(await server.run({ language }, cellsOf(language).two), '2');
  });
}

/**
 * @param {number} n
 * @param {(server: BenchServer) => Promise<number>} measure
 */
async function eachServer(n, measure) {
  const samples = [];
  for (let i = 0; i < n; i += 1) samples.push(await withServer(measure));
  return samples;
}

/**
 * @param {number} n
 * @param {(server: BenchServer) => Promise<number>} measure
 */
async function withEmptyCaches(n, measure) {
  const samples = [];
  for (let i = 0; i < n; i += 1) {
    const cache = await mkdtemp(join(tmpdir(), 'sandcell-bench-'));
    try {
      samples.push(await withServer(measure, { XDG_CACHE_HOME: cache }));
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  }
  return samples;
}
