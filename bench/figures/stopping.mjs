import { once } from '../figure.mjs';
import { cellsOf, expectShown } from '../languages.mjs';
import { withServer } from '../server.mjs';
import { sleep, timed } from '../statistics.mjs';

/**
 * @typedef {import('../figure.mjs').Figure} Figure
 * @typedef {import('../server.mjs').BenchServer} BenchServer
 */

/** How long a cell that never ends has run when it is stopped. */
const RUNNING_MS = 300;
const TIMEOUT_MS = 300;

/** @type {Figure} */
export const interrupt = {
  name: 'interrupt',
  title: 'Cancelled call until the next call of the context is answered, variables kept',
  unit: 'ms',
  ipykernel: 'interrupt',
  rows: ({ languages, repetitions }) =>
    languages.map((language) => ({
      label: language,
      measure: () =>
        withKept(language, repetitions(15), async (server) => {
          const cells = cellsOf(language);
          const cancel = new AbortController();
          const spinning = server.run({ language }, cells.spin, {}, { signal: cancel.signal });
          spinning.catch(() => undefined); // the SDK rejects it at once
          await sleep(RUNNING_MS);
          return timed(async () => {
            cancel.abort();
            expectShown(await server.run({ language }, cells.kept), '42');
          });
        }),
    })),
};

/** @type {Figure} */
export const timeout = {
  name: 'timeout',
  title: `Time over timeout_ms (${String(TIMEOUT_MS)}) until the answer, variables kept`,
  unit: 'ms',
  rows: ({ languages, repetitions }) =>
    languages.map((language) => ({
      label: language,
      measure: () =>
        withKept(language, repetitions(15), async (server) => {
          const { spin } = cellsOf(language);
          const ms = await timed(async () => {
            const { status, state } = await server.run({ language }, spin, { timeout_ms: TIMEOUT_MS });
            if (status !== 'timeout' || state !== 'kept') throw new Error(`status ${status}, state ${state}`);
          });
          return ms - TIMEOUT_MS;
        }),
    })),
};

/** @type {Figure} */
export const death = {
  name: 'death',
  title: 'Kernel killed by its own cell',
  unit: 'ms',
  rows: ({ languages, repetitions }) =>
    languages.flatMap((language) => {
      const both = once(() => deaths(language, repetitions(15)));
      return [
        {
          label: `${language}: call until the death is reported`,
          measure: async () => (await both()).report,
        },
        { label: `${language}: next call, in a fresh kernel`, measure: async () => (await both()).next },
      ];
    }),
};

/**
 * @param {string} language
 * @param {number} n
 */
function deaths(language, n) {
  const { two, die } = cellsOf(language);
  return withServer(async (server) => {
    expectShown(await server.run({ language }, two), '2');
    /** @type {{ report: number[], next: number[] }} */
    const samples = { report: [], next: [] };
    for (let i = 0; i < n; i += 1) {
      await sleep(1000); // until a kernel stands by again, as it does where deaths are rare
      samples.report.push(
        await timed(async () => {
          const { status, state } = await server.run({ language }, die);
          if (status !== 'kernel_died' || state !== 'lost')
            throw new Error(`status ${status}, state ${state}`);
        }),
      );
      samples.next.push(
        await timed(async () => {
          expectShown(await server.run({ language }, two), '2');
        }),
      );
    }
    return samples;
  });
}

/**
 * `n` samples of `measure` in one context whose variable `kept` has to be there afterwards.
 * @param {string} language
 * @param {number} n
 * @param {(server: BenchServer) => Promise<number>} measure
 */
function withKept(language, n, measure) {
  const { keep, kept } = cellsOf(language);
  return withServer(async (server) => {
    await server.run({ language }, keep);
    const samples = [];
    for (let i = 0; i < n; i += 1) samples.push(await measure(server));
    expectShown(await server.run({ language }, kept), '42');
    return samples;
  });
}
