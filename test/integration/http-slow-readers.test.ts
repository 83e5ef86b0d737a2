import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, type ProgressToken } from '@modelcontextprotocol/sdk/types.js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import type { Logger } from '../../src/logger.ts';
import { defer, type Deferred } from '../../src/processes/deferred.ts';
import type { Connect } from '../../src/transports/http/connect.ts';
import { type HttpServer, serveHttp } from '../../src/transports/http/http-server.ts';
import { SseWire } from '../../src/transports/http/sse-wire.ts';
import { openRawSession, send } from '../helpers/http-requests.ts';

/** Together far more than the system keeps of what a connection's reader leaves unread. */
const REPORTS = 2000;
const REPORT = 'x'.repeat(64 * 1024);
const MOST_BYTES = 32 * 1024 * 1024;

let http: HttpServer;
let url = '';
/** Of the call of the test that runs. */
let answered: Deferred<undefined>;

/** In place of cells: a tool that reports as fast as it can, and says when it is done. */
const connect: Connect = async (transport) => {
  const server = new Server({ name: 'busy', version: '0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, async (_request, extra) => {
    const progressToken = extra._meta?.progressToken ?? 0;
    for (let progress = 1; progress <= REPORTS; progress += 1) {
      const params = { progressToken, progress, message: REPORT };
      await extra.sendNotification({ method: 'notifications/progress', params });
      await setImmediate();
    }
    answered.resolve(undefined);
    return { content: [{ type: 'text', text: 'the answer' }] };
  });
  await server.connect(transport);
  return { id: 'busy', interrupt: () => undefined, close: () => server.close() };
};

beforeAll(async () => {
  const config = loadConfig(['--http', '--port', '0'], {});
  if (config.command !== 'serve') throw new Error('that does not serve');
  const ignore = (): void => undefined;
  const logger: Logger = {
    ...{ error: ignore, warn: ignore, debug: ignore, child: () => logger },
    info: (_message, fields) => (url = typeof fields?.['url'] === 'string' ? fields['url'] : url),
  };
  const ready = (): Promise<undefined> => Promise.resolve(undefined);
  http = await serveHttp({ settings: config.settings, connect, ready, logger });
});

beforeEach(() => {
  answered = defer();
});

afterAll(async () => {
  await http.stop();
});

test('a call whose stream nobody reads fills no memory with its progress, and is answered', async () => {
  const { headers } = await openRawSession(url);
  const socket = open('POST /mcp', { ...headers, Connection: 'close' }, call(1, 'token'));

  await answered.promise;
  const received = await readUntil(socket, 'the answer');

  expectLittle(received);
});

test('a call that a client comes back to without reading fills no memory, and is answered', async () => {
  const session = await openRawSession(url);
  const first = open('POST /mcp', session.headers, call(1, 'token'));
  const [, eventId = ''] = /^id: (\S+)$/m.exec(await readUntil(first, 'data: ')) ?? [];
  first.destroy();
  const headers = { ...session.headers, 'Last-Event-ID': eventId, Connection: 'close' };
  const again = open('GET /mcp', headers);

  await answered.promise;

  expectLittle(await readUntil(again, 'the answer'));
});

test('a client over SSE that does not read fills no memory, and is answered', async () => {
  const socket = open('GET /sse', {});
  const [endpoint = ''] = /\/messages\S+/.exec(await readUntil(socket, 'sessionId=')) ?? [];
  const post = (body: string): ReturnType<typeof send> =>
    send(`${url}${endpoint}`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body },
    });

  await post(call(1, 'token'));
  await answered.promise;

  expectLittle(await readUntil(socket, 'the answer'));
  socket.destroy();
});

test('a stream over SSE that was ended before it was read gets no keep-alive, which would end the server', async () => {
  const errors: Error[] = [];
  const server = createServer((_request, response) => {
    response.on('error', (error) => errors.push(error));
    const wire = new SseWire('/messages', response);
    void wire
      .start()
      .then(() => wire.close())
      .then(() => {
        wire.keepAlive();
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP

  const { body } = await send(`http://127.0.0.1:${port}`);

  expect(body).toMatch(/^event: endpoint\n/);
  expect(errors).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
});

function expectLittle(received: string): void {
  expect(received).toContain('the answer');
  expect(received).toContain('notifications/progress');
  expect(received.length).toBeLessThan(MOST_BYTES);
}

function call(id: number, progressToken: ProgressToken): string {
  const params = { name: 'busy', arguments: {}, _meta: { progressToken } };
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
}

/** Sends a request, and reads nothing of its answer. */
function open(line: string, headers: Record<string, string>, body = ''): Socket {
  const socket = connectTo(Number(new URL(url).port), '127.0.0.1');
  const all = { Host: 'localhost', ...headers, ...(body && { 'Content-Length': String(body.length) }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  return socket;
}

/** What came by then, or until the end of the connection; what comes later is left unread. */
async function readUntil(socket: Socket, text: string): Promise<string> {
  let received = '';
  await new Promise<void>((resolve) => {
    const read = (chunk: string): void => {
      received += chunk;
      if (received.slice(-chunk.length - text.length).includes(text)) stop();
    };
    const stop = (): void => {
      socket.off('data', read).off('end', stop).pause();
      resolve();
    };
    socket.setEncoding('utf8').on('data', read).once('end', stop).resume();
  });
  return received;
}
