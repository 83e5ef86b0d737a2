// Clients of all kinds come and go for a long time; now and then all of them vanish at once, and what the server still
// holds then must be what it held the first time.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HttpBenchServer } from './http-server.mjs';
import { loadText } from './machine.mjs';
import { HeldByServer } from './soak/held.mjs';
import { treeOf } from './processes.mjs';
import { startSteadyClient } from './soak/steady-client.mjs';
import { Tally } from './soak/tally.mjs';
import { sleep, summarize } from './statistics.mjs';

const USAGE = `npm run soak -- [options]

  --minutes N   how long (30)
  --visitors N  how many clients come at the same time (24)
`;
const ROUND_MS = 120_000;
/** Loads what is loaded late, and brings the heap to its usual size. */
const WARM_UP_MS = 30_000;
/** Of the heap after garbage was collected. It swings by less. */
const MAX_GROWTH_MIB = 8;

const SETTINGS = {
  SANDCELL_IDLE_MINUTES: '0.2',
  // Below the time for which rough visitors hold a connection, above that for which a loaded machine keeps one waiting.
  SANDCELL_REQUEST_TIMEOUT_MS: '10000',
  SANDCELL_MAX_REQUESTS_PER_MINUTE: '1000000',
  SANDCELL_MAX_SANDBOXES: '96',
};
const COLLECT_GARBAGE = new URL('soak/collect-garbage.mjs', import.meta.url).href;
const VISITORS = fileURLToPath(new URL('soak/visitors.mjs', import.meta.url));

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    visitors: { type: 'string', default: '24' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await soak(Number(flags.minutes) * 60_000, flags.visitors);

/**
 * @param {number} durationMs
 * @param {string} visitors
 */
async function soak(durationMs, visitors) {
  const server = new HttpBenchServer(SETTINGS, ['--expose-gc', '--import', COLLECT_GARBAGE]);
  const held = new HeldByServer(server);
  const visits = new Tally();
  await server.start();
  try {
    const { first, last, steadyMs } = await haveRounds(server, held, visits, { durationMs, visitors });
    const processes = treeOf(server.pid);
    await server.close();
    report(held, visits, steadyMs);
    const wrong = [...visits.failures, ...compare(first, last), ...leftBy(server.pid, processes)];
    print(wrong.length === 0 ? 'nothing was left, and nobody got a wrong answer' : wrong.join('\n'));
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } finally {
    await server.close();
  }
}

/**
 * @param {HttpBenchServer} server
 * @param {HeldByServer} held
 * @param {Tally} visits
 * @param {{ durationMs: number, visitors: string }} options
 */
async function haveRounds(server, held, visits, { durationMs, visitors }) {
  const steady = await startSteadyClient(server);
  const endMs = performance.now() + durationMs;
  await haveVisitors(server, visitors, WARM_UP_MS, visits);
  const first = await held.whenQuiet(1);
  say('after the warm-up', first);
  let last = first;
  while (performance.now() < endMs) {
    await haveVisitors(server, visitors, Math.min(ROUND_MS, endMs - performance.now()), visits);
    last = await held.whenQuiet(1);
    say('quiet', last);
  }
  return { first, last, steadyMs: await steady.stop() };
}

/**
 * @param {HeldByServer} held
 * @param {Tally} visits
 * @param {readonly number[]} steadyMs
 */
function report(held, visits, steadyMs) {
  const { median, p95, p99, n } = summarize(steadyMs);
  print(`${String(held.begun)} sessions; visits: ${visits.text()}`);
  print(`calls of the client that stayed: ${String(n)}, p50 ${ms(median)}, p95 ${ms(p95)}, p99 ${ms(p99)}`);
  print(`warnings and errors in the log: ${JSON.stringify(held.problems)}`);
}

/**
 * @param {HttpBenchServer} server
 * @param {string} visitors
 * @param {number} forMs
 * @param {Tally} visits
 */
async function haveVisitors(server, visitors, forMs, visits) {
  const child = fork(VISITORS, [server.url, visitors]);
  child.on('message', (visit) => visits.add(/** @type {{ kind: string }} */ (visit)));
  const exited = once(child, 'exit');
  await Promise.race([sleep(forMs), exited]);
  if (child.exitCode !== null) throw new Error('the visitors have ended by themselves');
  child.kill('SIGKILL');
  await exited;
}

/**
 * @param {import('./soak/held.mjs').Held} first
 * @param {import('./soak/held.mjs').Held} last
 */
function compare(first, last) {
  const wrong = [];
  for (const name of /** @type {const} */ (['sessions', 'processes', 'descriptors'])) {
    if (last[name] > first[name])
      wrong.push(`${name}: ${String(last[name])} are left, ${String(first[name])} were there`);
  }
  const grown = last.heapMiB - first.heapMiB;
  if (grown > MAX_GROWTH_MIB) wrong.push(`the heap has grown by ${grown.toFixed(1)} MiB`);
  return wrong;
}

/**
 * @param {number} pid Of the server, which has ended.
 * @param {readonly number[]} processes That it had before.
 */
function leftBy(pid, processes) {
  const alive = processes.filter((process) => existsSync(`/proc/${String(process)}`));
  const ours = new RegExp(`^sandcell-\\d+-${String(pid)}-`);
  const folders = [process.env['XDG_RUNTIME_DIR'], tmpdir()]
    .filter((folder) => folder !== undefined && existsSync(folder))
    .flatMap((folder) => readdirSync(folder ?? '').filter((name) => ours.test(name)))
    .map((name) => `the folder ${name} is left`);
  return [...alive.map((process) => `process ${String(process)} is left`), ...folders];
}

/**
 * @param {string} when
 * @param {import('./soak/held.mjs').Held} held
 */
function say(when, { sessions, processes, descriptors, heapMiB, rssMiB }) {
  const counts = `sessions ${String(sessions)}, processes ${String(processes)}, descriptors ${String(descriptors)}`;
  const memory = `heap ${heapMiB.toFixed(1)} MiB, rss ${rssMiB.toFixed(0)} MiB`;
  print(`${when}: ${counts}, ${memory} (load ${loadText()})`);
}

/** @param {number} value */
function ms(value) {
  return `${value.toFixed(1)} ms`;
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`);
}
