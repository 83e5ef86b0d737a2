import { once } from '../figure.mjs';
import { cellsOf, expectShown } from '../languages.mjs';
import { withServer } from '../server.mjs';
import { timeEach } from '../statistics.mjs';

/** @typedef {import('../figure.mjs').Figure} Figure */

const WARM_UP_CALLS = 100;
const CONTEXTS = 20;
const CALLS_EACH = 50;

/** @type {Readonly<Record<string, number>>} */
const TARGETS = { python: 1.5, javascript: 1.5, typescript: 2, bash: 2 };

/** @type {Figure} */
export const warm = {
  name: 'warm',
  title: '1+1 in a warm context, one call',
  unit: 'ms',
  ipykernel: 'warm',
  rows: ({ languages, repetitions }) =>
    languages.map((language) => ({
      label: language,
      target: TARGETS[language],
      measure: () =>
        withServer(async (server) => {
          const { two } = cellsOf(language);
          const { context_id } = await server.createContext(language);
          for (let i = 0; i < WARM_UP_CALLS; i += 1) expectShown(await server.run({ context_id }, two), '2');
          return timeEach(repetitions(500), () => server.run({ context_id }, two));
        }),
    })),
};

/** @type {Figure} */
export const concurrency = {
  name: 'concurrency',
  title: `${String(CONTEXTS)} contexts side by side in one sandbox, ${String(CALLS_EACH)} calls each`,
  unit: 'ms',
  rows: ({ languages, repetitions }) =>
    languages.flatMap((language) => {
      const rounds = once(() => sideBySide(language, repetitions(5)));
      return [
        { label: `${language}: one call`, measure: async () => (await rounds()).callMs },
        {
          label: `${language}: calls per second, each round`,
          unit: '/s',
          measure: async () => (await rounds()).perSecond,
        },
      ];
    }),
};

/**
 * @param {string} language
 * @param {number} rounds
 */
function sideBySide(language, rounds) {
  const { two } = cellsOf(language);
  return withServer(async (server) => {
    const ids = [];
    for (let i = 0; i < CONTEXTS; i += 1) ids.push((await server.createContext(language)).context_id);
    await Promise.all(
      ids.map(async (context_id) => {
        expectShown(await server.run({ context_id }, two), '2');
      }),
    );
    /** @type {number[]} */
    const callMs = [];
    const perSecond = [];
    for (let round = 0; round < rounds; round += 1) {
      const startedMs = performance.now();
      const samples = await Promise.all(
        ids.map((context_id) => timeEach(CALLS_EACH, () => server.run({ context_id }, two))),
      );
      perSecond.push((CONTEXTS * CALLS_EACH * 1000) / (performance.now() - startedMs));
      callMs.push(...samples.flat());
    }
    return { callMs, perSecond };
  });
}
