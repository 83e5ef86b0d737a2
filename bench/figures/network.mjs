import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { withServer } from '../server.mjs';

/**
 * @typedef {import('../figure.mjs').Figure} Figure
 */

const run = promisify(execFile); // the service below is in this very process

const BYTES = 100_000_000;

/** @type {readonly [label: string, options: string][]} */
const WAYS = [
  ['in a sandbox, by the proxy', ''],
  ['in a sandbox, past the proxy', "--noproxy '*'"],
  ['in a sandbox, through a tunnel', '--proxytunnel'],
];

/** @type {Figure} */
export const download = {
  name: 'download',
  title: 'curl gets 100 MB from a service of this machine',
  unit: 'ms',
  rows: ({ repetitions }) => rowsFor('data', repetitions(10)),
};

/** @type {Figure} */
export const request = {
  name: 'request',
  title: 'curl gets a few bytes from a service of this machine, connecting included',
  unit: 'ms',
  rows: ({ repetitions }) => rowsFor('few', repetitions(30)),
};

/**
 * @param {'data' | 'few'} path
 * @param {number} n
 * @returns {import('../figure.mjs').Row[]}
 */
function rowsFor(path, n) {
  return [
    {
      label: 'on the host',
      measure: () => withService((port) => onHost(`http://127.0.0.1:${port}/${path}`, n)),
    },
    ...WAYS.map(([label, options]) => ({
      label,
      measure: () => withService((port) => inSandbox(port, `${options} http://api.test:${port}/${path}`, n)),
    })),
  ];
}

const CURL = "curl -sS -o /dev/null -w '%{size_download} %{time_total}'";

/**
 * @param {string} url
 * @param {number} n
 */
async function onHost(url, n) {
  const samples = [];
  for (let i = 0; i < n; i += 1) samples.push(readTime((await run('sh', ['-c', `${CURL} ${url}`])).stdout));
  return samples;
}

/**
 * @param {number} port
 * @param {string} what
 * @param {number} n
 */
function inSandbox(port, what, n) {
  const allowed = {
    SANDCELL_ALLOW_PRIVATE: `api.test:${port}`,
    SANDCELL_HOST_ADDRESSES: 'api.test=127.0.0.1',
  };
  return withServer(async (server) => {
    const samples = [];
    for (let i = -2; i < n; i += 1) {
      const { stdout } = await server.run({ language: 'bash' }, `${CURL} ${what}`);
      if (i >= 0) samples.push(readTime(stdout));
    }
    return samples;
  }, allowed);
}

/** @param {string} said */
function readTime(said) {
  const [bytes, seconds] = said.split(' ').map(Number);
  if (bytes !== BYTES && bytes !== 3) throw new Error(`${String(bytes)} bytes came`);
  return (seconds ?? NaN) * 1000;
}

/**
 * @template T
 * @param {(port: number) => Promise<T>} use
 */
async function withService(use) {
  const data = Buffer.alloc(BYTES);
  const service = createServer(({ url }, response) => response.end(url === '/data' ? data : 'few'));
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  try {
    return await use(/** @type {import('node:net').AddressInfo} */ (service.address()).port);
  } finally {
    service.closeAllConnections();
    service.close();
  }
}
