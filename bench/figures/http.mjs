import { once } from '../figure.mjs';
import { HttpBenchServer } from '../http-server.mjs';
import { expectShown } from '../languages.mjs';
import { pssMiB, treeOf } from '../processes.mjs';
import { sleep, summarize, timed, timeEach } from '../statistics.mjs';

/** @typedef {import('../figure.mjs').Figure} Figure */
/** @typedef {import('../http-server.mjs').HttpBenchClient} HttpBenchClient */

const SESSIONS = 200;
const CALLS_EACH = 20;
/** Until the spare and the kernels that stand by have started. */
const SETTLE_MS = 5000;
const PYTHON = { language: 'python' };

/** @type {Figure} */
export const http = {
  name: 'http',
  title: `${String(SESSIONS)} sessions at once over Streamable HTTP, each with its own Python state, ${String(CALLS_EACH)} calls each (the clients on the same machine)`,
  unit: 'ms',
  rows: ({ languages, repetitions }) => {
    if (!languages.includes('python')) return [];
    const load = once(() => underLoad(repetitions(5)));
    return [
      { label: 'to begin a session', measure: async () => (await load()).beginMs },
      { label: 'first call, with its sandbox', measure: async () => (await load()).firstMs },
      { label: 'one call', measure: async () => (await load()).callMs },
      { label: 'one call, p99 of each round', measure: async () => (await load()).p99Ms },
      { label: 'calls per second, each round', unit: '/s', measure: async () => (await load()).perSecond },
      { label: 'memory of a session, Pss', unit: 'MiB', measure: async () => (await load()).sessionMiB },
      { label: 'of it, in the server', unit: 'MiB', measure: async () => (await load()).inServerMiB },
    ];
  },
};

/** @param {number} rounds */
async function underLoad(rounds) {
  const server = new HttpBenchServer({
    SANDCELL_MAX_REQUESTS_PER_MINUTE: '1000000',
  });
  try {
    await server.start();
    return await measure(server, rounds);
  } finally {
    await server.close();
  }
}

/**
 * @param {HttpBenchServer} server
 * @param {number} rounds
 */
async function measure(server, rounds) {
  const first = await server.connect();
  expectShown(await first.run(PYTHON, '1+1'), '2'); // starts the spare
  await first.end();
  await sleep(SETTLE_MS);
  const before = memoryOf(server.pid);

  /** @type {HttpBenchClient[]} */
  const clients = [];
  const beginMs = await all((index) =>
    timed(async () => {
      clients[index] = await server.connect();
    }),
  );
  const firstMs = await all((index) =>
    timed(async () => expectShown(await of(clients, index).run(PYTHON, begin(index)), String(index))),
  );
  const { callMs, p99Ms, perSecond } = await measureCalls(clients, rounds);
  await sleep(SETTLE_MS);
  const after = memoryOf(server.pid);
  await Promise.all(clients.map((client) => client.end()));
  return {
    ...{ beginMs, firstMs, callMs, p99Ms, perSecond },
    sessionMiB: [(after.all - before.all) / SESSIONS],
    inServerMiB: [(after.server - before.server) / SESSIONS],
  };
}

/**
 * @param {readonly HttpBenchClient[]} clients
 * @param {number} rounds
 */
async function measureCalls(clients, rounds) {
  /** @type {number[]} */
  const callMs = [];
  const p99Ms = [];
  const perSecond = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    const samples = await all((index) =>
      timeEach(CALLS_EACH, async (call) => {
        const calls = round * CALLS_EACH + call + 1;
        expectShown(await of(clients, index).run(PYTHON, NEXT), `(${String(index)}, ${String(calls)})`);
      }),
    );
    perSecond.push((SESSIONS * CALLS_EACH * 1000) / (performance.now() - startedMs));
    p99Ms.push(summarize(samples.flat()).p99);
    callMs.push(...samples.flat());
  }
  return { callMs, p99Ms, perSecond };
}

/** Whose state it is, and how many calls it has seen: an answer of another session, or one lost, shows. */
const begin = (/** @type {number} */ index) => `me, calls = ${String(index)}, 0\nme`;
const NEXT = 'calls += 1\n(me, calls)';

/**
 * Does it for all sessions at once.
 * @template T
 * @param {(index: number) => Promise<T>} action
 * @returns {Promise<T[]>}
 */
function all(action) {
  return Promise.all(Array.from({ length: SESSIONS }, (_, index) => action(index)));
}

/**
 * @param {readonly HttpBenchClient[]} clients
 * @param {number} index
 */
function of(clients, index) {
  const client = clients[index];
  if (!client) throw new Error(`there is no client ${String(index)}`);
  return client;
}

/** @param {number} pid */
function memoryOf(pid) {
  return { all: pssMiB(...treeOf(pid)), server: pssMiB(pid) };
}
