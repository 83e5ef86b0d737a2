import { kernelIn, rssMiB } from '../processes.mjs';
import { withServer } from '../server.mjs';
import { sleep, timed } from '../statistics.mjs';

/** @typedef {import('../figure.mjs').Figure} Figure */

/** Until a Java kernel stands by again. */
const STAND_BY_MS = 5000;

const FIRST = 'int x = 1 + 1;\nSystem.out.println("hi " + x);\nx';
const TEN = ['int a0 = 0;', ...Array.from({ length: 8 }, (_, i) => `a0 += ${String(i)};`), 'a0'].join('\n');

/** @type {Figure} */
export const java = {
  name: 'java',
  title: 'Java',
  unit: 'ms',
  rows: ({ languages, repetitions }) =>
    !languages.includes('java')
      ? []
      : [
          {
            label: 'first cell of a context, its kernel having stood by',
            target: 40,
            measure: () => withServer((server) => firstCells(server, repetitions(8))),
          },
          {
            label: 'warm cell, another one each time',
            target: 12,
            measure: () => withServer((server) => changingCells(server, repetitions(100))),
          },
          {
            label: 'ten statements',
            target: 90,
            measure: () => withServer((server) => tenStatements(server, repetitions(30))),
          },
          {
            label: 'guest after 100 cells, Rss',
            unit: 'MiB',
            target: 190,
            measure: () => withServer((server) => memory(server)),
          },
        ],
};

/**
 * @param {import('../server.mjs').BenchServer} server
 * @param {number} n
 */
async function firstCells(server, n) {
  const samples = [];
  for (let i = 0; i <= n; i += 1) {
    const { context_id } = await server.createContext('java');
    const ms = await timed(() => server.run({ context_id }, FIRST));
    if (i > 0) samples.push(ms); // the first one's kernel did not stand by
    await sleep(STAND_BY_MS);
  }
  return samples;
}

/**
 * @param {import('../server.mjs').BenchServer} server
 * @param {number} n
 */
async function changingCells(server, n) {
  const { context_id } = await server.createContext('java');
  await server.run({ context_id }, 'int x = 1;');
  for (let i = 0; i < 20; i += 1) await server.run({ context_id }, `x - ${String(i)}`);
  await sleep(STAND_BY_MS);
  const samples = [];
  for (let i = 0; i < n; i += 1)
    samples.push(await timed(() => server.run({ context_id }, `x + ${String(i)}`)));
  return samples;
}

/**
 * @param {import('../server.mjs').BenchServer} server
 * @param {number} n
 */
async function tenStatements(server, n) {
  const { context_id } = await server.createContext('java');
  for (let i = 0; i < 5; i += 1) await server.run({ context_id }, TEN);
  await sleep(STAND_BY_MS);
  const samples = [];
  for (let i = 0; i < n; i += 1) samples.push(await timed(() => server.run({ context_id }, TEN)));
  return samples;
}

/** @param {import('../server.mjs').BenchServer} server */
async function memory(server) {
  const cwd = '/workspace/measured';
  const { context_id } = await server.createContext('java', { cwd });
  for (let i = 0; i < 100; i += 1) await server.run({ context_id }, `${String(i)} + 1`);
  return [rssMiB(kernelIn(server.pid, cwd).guest)];
}
