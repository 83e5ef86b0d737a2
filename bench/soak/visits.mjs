import { randomInt } from 'node:crypto';
import { HttpBenchClient } from '../http-server.mjs';
import { expectShown } from '../languages.mjs';
import { sleep } from '../statistics.mjs';

const PYTHON = { language: 'python' };

/**
 * Each is one client from its first request to its end; it throws where it did not get what it was owed.
 * @type {Readonly<Record<string, (url: string) => Promise<void>>>}
 */
export const VISITS = {
  'stays and ends its session': (url) => withState(url, 'streamable', (client) => client.end()),
  'stays over SSE': (url) => withState(url, 'sse', (client) => client.end()),
  'vanishes between calls': (url) => withState(url, 'streamable', (client) => client.vanish()),
  'vanishes in a call': (url) => withState(url, 'streamable', vanishInCall),
  'vanishes in a call over SSE': (url) => withState(url, 'sse', vanishInCall),
  'cancels a call': (url) => withState(url, 'streamable', cancel),
  'cancels a call over SSE': (url) => withState(url, 'sse', cancel),
  'has its kernel killed': (url) => withState(url, 'streamable', loseKernel),
  'uses three languages': (url) => withState(url, 'streamable', useLanguages),
};

/**
 * Keeps a number of its own in Python, sees it again some times, and leaves in its way.
 * @param {string} url
 * @param {'streamable' | 'sse'} kind
 * @param {(client: HttpBenchClient) => Promise<void>} leave
 */
async function withState(url, kind, leave) {
  const client = new HttpBenchClient(url, kind);
  try {
    await client.connect();
    const mine = randomInt(1_000_000_000);
    await client.run(PYTHON, `mine = ${String(mine)}`);
    for (let i = 0; i < 5; i += 1) expectShown(await client.run(PYTHON, 'mine'), String(mine));
    await leave(client);
  } finally {
    await client.vanish();
  }
}

/** @param {HttpBenchClient} client */
async function vanishInCall(client) {
  const call = running(client, "import time\nprint('ready', flush=True)\ntime.sleep(3)");
  await call.ready;
  await client.vanish();
  await call.answer.catch(() => undefined); // its own client gave it up
}

/** @param {HttpBenchClient} client */
async function cancel(client) {
  await client.run(PYTHON, 'kept = 7');
  const controller = new AbortController();
  const call = running(client, "print('ready', flush=True)\nwhile True: pass", controller.signal);
  await call.ready;
  controller.abort();
  await call.answer.catch(() => undefined);
  expectShown(await client.run(PYTHON, 'kept'), '7');
  await client.end();
}

/** @param {HttpBenchClient} client */
async function loseKernel(client) {
  const output = await client.run(PYTHON, 'import os\nos.kill(os.getpid(), 9)');
  if (output.state !== 'lost') throw new Error(`a killed kernel has its state ${String(output.state)}`);
  expectShown(await client.run(PYTHON, "'mine' in globals()"), 'False');
  await client.end();
}

/** @param {HttpBenchClient} client */
async function useLanguages(client) {
  expectShown(await client.run({ language: 'javascript' }, 'const x = 6; x * 7'), '42');
  expectShown(await client.run({ language: 'bash' }, 'x=42; echo $x'), '42');
  const { truncated } = await client.run(PYTHON, "print('line\\n' * 200_000)");
  if ((await client.read(truncated.stdout_uri)).length < 900_000) throw new Error('output was not kept');
  await client.end();
}

/**
 * Starts a cell; `ready` resolves when it has printed something.
 * @param {HttpBenchClient} client
 * @param {string} code
 * @param {AbortSignal} [signal]
 */
function running(client, code, signal) {
  /** @type {Promise<unknown>} */
  let answer = Promise.resolve();
  const ready = new Promise((resolve, reject) => {
    answer = client.run(PYTHON, code, { onprogress: resolve, ...(signal && { signal }) });
    answer.then(() => reject(new Error('the cell ended before it was ready')), reject);
  });
  return { ready, answer };
}

/** Between two visits of the same visitor: up to that long. */
const PAUSE_MS = 200;

export function pause() {
  return sleep(randomInt(PAUSE_MS));
}
