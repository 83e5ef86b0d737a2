import { once } from '../figure.mjs';
import { cellsOf, expectShown } from '../languages.mjs';
import { anchorOf, kernelIn, pssMiB, rssMiB } from '../processes.mjs';
import { withServer } from '../server.mjs';
import { sleep } from '../statistics.mjs';

/** @typedef {import('../figure.mjs').Figure} Figure */

/** Until the spare and the kernel that stands by have started, and everything is idle. */
const SETTLE_MS = 2000;

/** @type {Figure} */
export const memory = {
  name: 'memory',
  title:
    'Idle context that has run one cell, Pss (beside it, as always, a Python kernel that stands by and a spare)',
  unit: 'MiB',
  ipykernel: 'pss',
  rows: ({ languages, repetitions }) => {
    const measured = new Map(
      languages.map((language) => [language, once(() => each(language, repetitions(5)))]),
    );
    const samplesOf = async (/** @type {string} */ language, /** @type {keyof Sample} */ part) =>
      ((await measured.get(language)?.()) ?? []).map((sample) => sample[part]);
    const [first = 'python'] = languages;
    return [
      ...languages.flatMap((language) => [
        {
          label: `${language}: nsenter, bwrap, its init, guest`,
          ...(language === 'python' && { target: 15 }),
          measure: () => samplesOf(language, 'kernel'),
        },
        { label: `${language}: of it, the guest`, measure: () => samplesOf(language, 'guest') },
      ]),
      { label: `anchor of the sandbox (${first})`, measure: () => samplesOf(first, 'anchor') },
      { label: `server, Pss (${first})`, measure: () => samplesOf(first, 'serverPss') },
      { label: `server, Rss (${first})`, measure: () => samplesOf(first, 'serverRss') },
      { label: `server, Rss before the first call`, measure: () => samplesOf(first, 'serverRssBefore') },
    ];
  },
};

/** @typedef {Record<'kernel' | 'guest' | 'anchor' | 'serverPss' | 'serverRss' | 'serverRssBefore', number>} Sample */

/**
 * One context in a fresh server each time: the pages that many contexts share would count less and less.
 * @param {string} language
 * @param {number} n
 */
async function each(language, n) {
  const samples = [];
  for (let i = 0; i < n; i += 1) samples.push(await withServer((server) => sample(server, language)));
  return samples;
}

/**
 * @param {import('../server.mjs').BenchServer} server
 * @param {string} language
 * @returns {Promise<Sample>}
 */
async function sample(server, language) {
  const serverRssBefore = rssMiB(server.pid);
  const cwd = '/workspace/measured';
  const { context_id } = await server.createContext(language, { cwd });
  expectShown(await server.run({ context_id }, cellsOf(language).two), '2');
  await sleep(SETTLE_MS);
  const kernel = kernelIn(server.pid, cwd);
  return {
    kernel: pssMiB(...kernel.all),
    guest: pssMiB(kernel.guest),
    anchor: pssMiB(...anchorOf(server.pid)),
    serverPss: pssMiB(server.pid),
    serverRss: rssMiB(server.pid),
    serverRssBefore,
  };
}
