import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from '../figure.mjs';
import { kernelIn } from '../processes.mjs';
import { withServer } from '../server.mjs';
import { sleep, timed } from '../statistics.mjs';

/** @typedef {import('../figure.mjs').Figure} Figure */

const SETTLE_MS = 2500;
const CELLS = 200;

const HTTP = (/** @type {number} */ i) =>
  `import "net/http"\nreq${String(i)}, err := http.NewRequest("GET", "http://localhost/${String(i)}", nil)\nreq${String(i)}.URL.Path, err`;

const LOOP = 'func loop(n int) int { s := 0; for i := 0; i < n; i++ { s += i & 7 }; return s }\n';

/** @type {Figure} */
export const go = {
  name: 'go',
  title: 'Go, prelinked where nothing else is said (prepared beforehand: sandcell prepare go)',
  unit: 'ms',
  rows: ({ languages, repetitions }) => {
    if (!languages.includes('go')) return [];
    const cells = once(() => withServer((server) => changedCells(server, CELLS)));
    const loops = once(() => tightLoops(repetitions(5)));
    return [
      {
        label: 'context without a kernel that stood by: process ready',
        target: 60,
        measure: () => withServer((server) => starts(server, repetitions(10), 'ready')),
      },
      {
        label: 'its first cell',
        target: 80,
        measure: () => withServer((server) => starts(server, repetitions(10), 'first')),
      },
      { label: `warm changed cell, ${String(CELLS)} of them`, target: 40, measure: cells },
      { label: 'of these, the first 50', measure: async () => (await cells()).slice(0, 50) },
      { label: 'of these, the last 50', measure: async () => (await cells()).slice(-50) },
      {
        label: 'changed cell that uses net/http',
        target: 60,
        measure: () => withServer((server) => httpCells(server, repetitions(30))),
      },
      {
        label: '10⁹ rounds of a loop, beside a plain binary',
        unit: '%',
        target: 115,
        measure: async () => (await loops()).map(({ cell, plain }) => (cell / plain) * 100),
      },
      {
        label: 'the same loop in a plain binary',
        measure: async () => (await loops()).map(({ plain }) => plain),
      },
      {
        label: 'private memory of an idle context after one cell',
        unit: 'MiB',
        target: 20,
        measure: () => withServer(async (server) => [await privateMemory(server)]),
      },
      {
        label: 'stock strategy: warm changed cell',
        target: 1200,
        measure: () =>
          withServer((server) => changedCells(server, repetitions(20)), { SANDCELL_GO_STRATEGY: 'stock' }),
      },
      {
        label: 'stock strategy: changed cell that uses net/http',
        target: 1200,
        measure: () =>
          withServer((server) => httpCells(server, repetitions(10)), { SANDCELL_GO_STRATEGY: 'stock' }),
      },
      { label: 'go run of a changed program, in this run', measure: async () => goRun(repetitions(10)) },
    ];
  },
};

/**
 * @param {import('../server.mjs').BenchServer} server
 * @param {number} n
 * @param {'ready' | 'first'} part
 */
async function starts(server, n, part) {
  const samples = [];
  await server.createContext('go');
  for (let i = 0; i < n; i += 1) {
    await sleep(SETTLE_MS);
    await server.createContext('go'); // takes the kernel that stood by
    let context = { context_id: '' };
    const readyMs = await timed(async () => {
      context = await server.createContext('go');
    });
    const { context_id } = context;
    const firstMs = await timed(() =>
      server.run({ context_id }, 'import "fmt"\nx := 1+1\nfmt.Println("hi", x)\nx'),
    );
    samples.push(part === 'ready' ? readyMs : firstMs);
  }
  return samples;
}

/**
 * @param {import('../server.mjs').BenchServer} server
 * @param {number} n
 */
async function changedCells(server, n) {
  const { context_id } = await server.createContext('go');
  await server.run({ context_id }, 'x := 1');
  await sleep(SETTLE_MS);
  const samples = [];
  for (let i = 0; i < n; i += 1)
    samples.push(await timed(() => server.run({ context_id }, `x + ${String(i)}`)));
  return samples;
}

/**
 * @param {import('../server.mjs').BenchServer} server
 * @param {number} n
 */
async function httpCells(server, n) {
  const { context_id } = await server.createContext('go');
  await server.run({ context_id }, HTTP(0));
  await sleep(SETTLE_MS);
  const samples = [];
  for (let i = 1; i <= n; i += 1) samples.push(await timed(() => server.run({ context_id }, HTTP(i))));
  return samples;
}

/** Both measure themselves, in turns. @param {number} n */
async function tightLoops(n) {
  return await withServer(async (server) => {
    const { context_id } = await server.createContext('go');
    const timing = 't0 := time.Now()\n_ = loop(1000000000)\ntime.Since(t0).Microseconds()';
    await server.run({ context_id }, `import "time"\n${LOOP}`);
    return await inGo(LOOP, async (binary) => {
      const samples = [];
      for (let i = 0; i < n; i += 1) {
        const plain = Number(execFileSync(binary, { encoding: 'utf8' })) / 1000;
        const cell = Number((await server.run({ context_id }, timing)).result) / 1000;
        samples.push({ cell, plain });
      }
      return samples;
    });
  });
}

/**
 * A plain binary that prints the microseconds of 10⁹ rounds.
 * @template T
 * @param {string} loop
 * @param {(binary: string) => Promise<T>} use
 */
async function inGo(loop, use) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-go-'));
  try {
    const main = `package main\nimport ("fmt"; "time")\n${loop}func main() { t0 := time.Now(); _ = loop(1000000000); fmt.Print(time.Since(t0).Microseconds()) }\n`;
    writeFileSync(join(folder, 'main.go'), main);
    execFileSync(goCommand(), ['build', '-o', join(folder, 'loop'), join(folder, 'main.go')]);
    return await use(join(folder, 'loop'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {number} n */
async function goRun(n) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-go-'));
  const samples = [];
  try {
    for (let i = -1; i < n; i += 1) {
      writeFileSync(
        join(folder, 'main.go'),
        `package main\nimport "fmt"\nfunc main() { fmt.Println(1 + ${String(i)}) }\n`,
      );
      const ms = await timed(async () => execFileSync(goCommand(), ['run', join(folder, 'main.go')]));
      if (i >= 0) samples.push(ms); // the first one compiles the standard library
    }
    return samples;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function goCommand() {
  const { PATH = '' } = process.env;
  process.env.PATH = `${PATH}:/usr/local/go/bin`;
  return 'go';
}

/** Pages that belong to the guest alone. @param {import('../server.mjs').BenchServer} server */
async function privateMemory(server) {
  const cwd = '/workspace/measured';
  const { context_id } = await server.createContext('go', { cwd });
  await server.run({ context_id }, 'import "fmt"\nfmt.Sprint(1)');
  await sleep(SETTLE_MS);
  const rollup = readFileSync(`/proc/${String(kernelIn(server.pid, cwd).guest)}/smaps_rollup`, 'utf8');
  const kib = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].map(([, n]) => Number(n));
  return kib.reduce((sum, n) => sum + n, 0) / 1024;
}
