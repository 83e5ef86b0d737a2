import { cellsOf, expectShown } from '../languages.mjs';
import { withServer } from '../server.mjs';
import { sleep, timed } from '../statistics.mjs';

/**
 * @typedef {import('../figure.mjs').Figure} Figure
 * @typedef {import('../server.mjs').BenchServer} BenchServer
 */

/** No public signal says that the spare sandbox, or the kernel that stands by, is ready: this is long enough. */
const REFILL_MS = 1500;

/** @type {Figure} */
export const warmContext = {
  name: 'warm-context',
  title: 'Context with its first result, something being warm',
  unit: 'ms',
  rows: ({ repetitions }) => [
    {
      label: 'python: new sandbox, a spare stands by',
      target: 15,
      measure: () => withServer((server) => inNewSandboxes(server, repetitions(15))),
    },
    {
      label: 'python: second context, a kernel stands by',
      target: 15,
      measure: () => withServer((server) => inSameSandbox(server, 'python', repetitions(15))),
    },
  ],
};

/** @type {Figure} */
export const nextContext = {
  name: 'next-context',
  title: 'Context with its first result in a sandbox that runs (no kernel of the language stands by)',
  unit: 'ms',
  rows: ({ languages, repetitions }) =>
    languages
      .filter((language) => language !== 'python')
      .map((language) => ({
        label: language,
        measure: () => withServer((server) => inSameSandbox(server, language, repetitions(15))),
      })),
};

/** @type {Figure} */
export const kill = {
  name: 'kill',
  title: 'kill_sandbox until it is answered',
  unit: 'ms',
  rows: ({ languages, repetitions }) =>
    languages.map((language) => ({
      label: `one context of ${language}`,
      measure: () =>
        withServer(async (server) => {
          const samples = [];
          for (let i = 0; i < repetitions(15); i += 1) {
            const { sandbox_id } = await firstResult(server, language, 'new');
            await sleep(500); // not while the spare starts
            samples.push(await timed(() => server.call('kill_sandbox', { sandbox_id })));
          }
          return samples;
        }),
    })),
};

/**
 * @param {BenchServer} server
 * @param {number} n
 */
async function inNewSandboxes(server, n) {
  const samples = [];
  for (let i = 0; i <= n; i += 1) {
    let sandboxId = '';
    const ms = await timed(async () => {
      sandboxId = (await firstResult(server, 'python', 'new')).sandbox_id;
    });
    if (i > 0) samples.push(ms); // the first is cold, and starts the spare
    await sleep(REFILL_MS);
    await server.call('kill_sandbox', { sandbox_id: sandboxId });
    await sleep(100);
  }
  return samples;
}

/**
 * @param {BenchServer} server
 * @param {string} language
 * @param {number} n
 */
async function inSameSandbox(server, language, n) {
  const samples = [];
  for (let i = 0; i <= n; i += 1) {
    const ms = await timed(() => firstResult(server, language));
    if (i > 0) samples.push(ms);
    await sleep(REFILL_MS);
  }
  return samples;
}

/**
 * @param {BenchServer} server
 * @param {string} language
 * @param {string} [sandboxId]
 */
async function firstResult(server, language, sandboxId) {
  const context = await server.createContext(language, sandboxId ? { sandbox_id: sandboxId } : {});
  expectShown(await server.run({ context_id: context.context_id }, cellsOf(language).two), '2');
  return context;
}
