import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { sleep } from '../statistics.mjs';

const HEADERS = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
  'MCP-Protocol-Version': '2025-11-25',
};
/** How long a connection is left alone that waits for nothing, or reads nothing. */
const HELD_MS = 13_000;

/**
 * Clients without good manners, on plain sockets.
 * @type {Readonly<Record<string, (url: string) => Promise<void>>>}
 */
export const ROUGH_VISITS = {
  'drops a call and fetches its answer': async (url) => {
    const headers = await begin(url);
    const eventId = await callAndDrop(url, headers, "import time\ntime.sleep(0.5)\n'fetched'");
    for (let i = 0; i < 20; i += 1) {
      const { status, text } = await send(url, 'GET', { ...headers, 'Last-Event-ID': eventId });
      if (status === 200 && text.includes('fetched')) return end(url, headers);
      await sleep(500); // an open stream of the same call refuses a second one until its end is seen
    }
    throw new Error('the answer of a dropped call could not be fetched');
  },
  'sends half of its headers': (url) => hold(url, 'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-'),
  'sends half of its body': (url) => hold(url, `${head(100)}{"jsonrpc":`),
  'begins a session and never reads': (url) => hold(url, head(INITIALIZE.length) + INITIALIZE),
  'listens on SSE and never reads': (url) => hold(url, 'GET /sse HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
  'reads slowly': async (url) => {
    const headers = await begin(url);
    await readSlowly(url, headers, "for i in range(12_000): print('some text', i)");
    await end(url, headers);
  },
  'sends nonsense': async (url) => {
    // It is read to its end before it is refused, which takes long on a loaded machine: no session waits for it.
    const { status } = await send(url, 'POST', HEADERS, 'x'.repeat(5_000_000));
    if (status !== 413 && status !== 408) throw new Error(`a large body was answered with ${String(status)}`);
    const headers = await begin(url);
    const wrong = { ...headers, 'Mcp-Session-Id': '00000000-0000-4000-8000-000000000000' };
    const ping = message(1, 'ping', {});
    const statuses = await Promise.all([
      send(url, 'POST', headers, '{"jsonrpc'),
      send(url, 'POST', wrong, ping),
      send(url, 'PUT', headers, ping),
      send(url, 'POST', { ...headers, Host: 'example.com' }, ping),
    ]);
    const found = statuses.map(({ status }) => status).join();
    if (found !== '400,404,405,403') throw new Error(`nonsense was answered with ${found}`);
    await end(url, headers);
  },
};

const INITIALIZE = message('init', 'initialize', {
  ...{ protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'rough', version: '0' } },
});

/**
 * @param {number | string} id
 * @param {string} method
 * @param {object} params
 */
function message(id, method, params) {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

/** @param {string} code */
function call(code) {
  return message(2, 'tools/call', { name: 'run_code', arguments: { language: 'python', code } });
}

/** @param {number} bytes */
function head(bytes) {
  const lines = Object.entries({ Host: '127.0.0.1', ...HEADERS, 'Content-Length': bytes });
  return `POST /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('')}\r\n`;
}

/**
 * @param {string} url
 * @returns {Promise<Record<string, string>>} The headers of a new session.
 */
async function begin(url) {
  const { status, headers } = await send(url, 'POST', HEADERS, INITIALIZE);
  const id = headers['mcp-session-id'];
  if (typeof id !== 'string') throw new Error(`initialize was answered with ${String(status)}`);
  return { ...HEADERS, 'Mcp-Session-Id': id };
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 */
async function end(url, headers) {
  const { status } = await send(url, 'DELETE', headers);
  if (status !== 200) throw new Error(`DELETE was answered with ${String(status)}`);
}

/**
 * @param {string} url
 * @param {string} method
 * @param {Record<string, string>} headers
 * @param {string} [body]
 */
function open(url, method, headers, body) {
  const sent = request(`${url}/mcp`, { method, headers, agent: new Agent({ keepAlive: false }) });
  sent.end(body);
  return sent;
}

/**
 * @param {string} url
 * @param {string} method
 * @param {Record<string, string>} headers
 * @param {string} [body]
 * @returns {Promise<{ status: number | undefined, headers: import('node:http').IncomingHttpHeaders, text: string }>}
 */
async function send(url, method, headers, body) {
  const sent = open(url, method, headers, body);
  const [response] = await once(sent, 'response');
  sent.on('error', () => undefined); // a body that is refused is not read to its end
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {string} code
 * @returns {Promise<string>} The id of the last event.
 */
async function callAndDrop(url, headers, code) {
  const sent = open(url, 'POST', headers, call(code));
  const [response] = await once(sent, 'response');
  for await (const chunk of response) {
    const [, eventId] = /^id: (\S+)$/m.exec(chunk.toString('utf8')) ?? [];
    if (eventId !== undefined) return eventId; // which cuts the connection
  }
  throw new Error('a call began without an event');
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {string} code
 */
async function readSlowly(url, headers, code) {
  const sent = open(url, 'POST', headers, call(code));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) {
    text += chunk.toString('utf8');
    await sleep(200);
  }
  if (!text.includes('"status":"ok"')) throw new Error('a slow reader got no answer');
}

/**
 * Sends that, and neither reads nor says anything more.
 * @param {string} url
 * @param {string} text
 */
async function hold(url, text) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined); // the server may cut it
  await once(socket, 'connect');
  socket.pause();
  socket.write(text);
  await sleep(HELD_MS);
  socket.destroy();
}
