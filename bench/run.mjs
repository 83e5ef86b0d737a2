// Measures the built server through a real MCP client over stdio, and prints each figure beside its target and its peers.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FIGURES } from './figures/index.mjs';
import { Ipykernel } from './ipykernel.mjs';
import { CELLS } from './languages.mjs';
import { describeMachine, loadText } from './machine.mjs';
import { PEERS } from './peers.mjs';
import { renderFigure } from './report.mjs';
import { summarize } from './statistics.mjs';

const USAGE = `npm run bench -- [options]

  --only NAME,…       only these figures: ${FIGURES.map(({ name }) => name).join(', ')}
  --languages NAME,…  only these languages: ${Object.keys(CELLS).join(', ')}
  --quick             few repetitions
  --with-ipykernel    first install a bare ipykernel into a virtual environment in the cache folder, where there is none
  --json              one JSON document with all samples on stdout
`;

const QUICK_SHARE = 5;

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    languages: { type: 'string' },
    quick: { type: 'boolean', default: false },
    'with-ipykernel': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await bench();

async function bench() {
  const names = FIGURES.map(({ name }) => name);
  const chosen = choose('--only', flags.only, names);
  const options = {
    languages: choose('--languages', flags.languages, Object.keys(CELLS)),
    repetitions: (/** @type {number} */ n) => (flags.quick ? Math.max(2, Math.ceil(n / QUICK_SHARE)) : n),
  };
  prepare();
  const loadBefore = loadText();
  const machine = await describeMachine();
  print(
    `${Object.entries(machine)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(' · ')}\n`,
  );
  const selected = FIGURES.filter(({ name }) => chosen.includes(name));
  const ipykernel = await measureIpykernel(selected, machine, options.repetitions);
  const figures = [];
  for (const figure of selected) {
    const rows = await measureRows(figure, options);
    if (rows.length === 0) continue; // nothing of the chosen languages
    if (figure.ipykernel)
      rows.push(toRow('bare ipykernel, in this run', figure.unit, ipykernel(figure.ipykernel)));
    const measured = { name: figure.name, title: figure.title, unit: figure.unit, rows, load: loadText() };
    figures.push({ ...measured, peers: PEERS[figure.name] ?? [] });
    print(renderFigure({ ...measured, peers: PEERS[figure.name] ?? [] }));
  }
  const load = { before: loadBefore, after: loadText() };
  print(`load average before ${load.before}, after ${load.after}`);
  if (flags.json) process.stdout.write(`${JSON.stringify({ machine, load, figures }, undefined, 1)}\n`);
}

/** What is made once is no part of any figure. */
function prepare() {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  spawnSync(process.execPath, [cli, 'prepare'], { stdio: ['ignore', 2, 'inherit'] });
}

/**
 * @param {import('./figure.mjs').Figure} figure
 * @param {import('./figure.mjs').BenchOptions} options
 */
async function measureRows(figure, options) {
  const rows = [];
  for (const { label, unit = figure.unit, target, measure } of figure.rows(options)) {
    process.stderr.write(`${figure.name}: ${label}\n`);
    const answer = await measure().then(
      (samples) => ({ samples }),
      (error) => ({ failure: String(error?.message ?? error) }),
    );
    rows.push(toRow(label, unit, answer, target));
  }
  return rows;
}

/**
 * @param {string} label
 * @param {string} unit
 * @param {{ samples?: number[], failure?: string }} answer
 * @param {number} [target]
 * @returns {import('./report.mjs').MeasuredRow}
 */
function toRow(label, unit, { samples, failure }, target) {
  if (!samples?.length) return { label, unit, ...(target && { target }), failure: failure ?? 'no samples' };
  const summary = summarize(samples);
  return { label, unit, samples, summary, ...(target && { target, pass: summary.median <= target }) };
}

/**
 * @param {readonly import('./figure.mjs').Figure[]} figures
 * @param {{ python: string, pythonVersion: string }} machine
 * @param {(n: number) => number} repetitions
 * @returns {Promise<(name: string) => { samples?: number[], failure?: string }>}
 */
async function measureIpykernel(figures, { python, pythonVersion }, repetitions) {
  const names = figures.flatMap(({ ipykernel }) => (ipykernel ? [ipykernel] : []));
  const ipykernel = new Ipykernel(pythonVersion);
  if (names.length > 0 && flags['with-ipykernel'] && !ipykernel.installed) await ipykernel.install(python);
  if (names.length === 0 || !ipykernel.installed) {
    return () => ({ failure: 'there is none; npm run bench -- --with-ipykernel installs it' });
  }
  process.stderr.write('bare ipykernel\n');
  const answers = await ipykernel.measure(names, repetitions);
  return (name) => answers.get(name) ?? { failure: 'it gave no answer' };
}

/**
 * @param {string} flag
 * @param {string | undefined} wanted
 * @param {readonly string[]} known
 */
function choose(flag, wanted, known) {
  const names = wanted?.split(',') ?? [...known];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  process.stderr.write(`${flag} ${unknown} is not known; there are ${known.join(', ')}\n`);
  process.exit(2);
}

/** @param {string} text */
function print(text) {
  if (!flags.json) process.stdout.write(`${text}\n`);
}
