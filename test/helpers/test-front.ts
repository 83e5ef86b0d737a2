import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig, type Settings } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { Registries } from '../../src/registries/registries.ts';

export interface TestFront extends AsyncDisposable {
  readonly base: string;
  readonly registries: Registries;
  /** The home folder of the user whose package managers are asked. */
  readonly home: string;
  /** A request whose path is sent as it stands. */
  get(path: string, options?: AskOptions): Promise<Got>;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
}

export interface Got {
  /** 0 where the connection ended before an answer. */
  readonly status: number;
  readonly reason: string;
  readonly type: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Whether the answer ended as it should. */
  readonly isWhole: boolean;
}

interface Home {
  /** Configuration files of the home folder, by their path in it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly settings?: readonly string[];
}

/** The front of a user's registries, on loopback, with a home folder and a cache of its own. */
export async function startFront({ files = {}, variables = {}, settings = [] }: Home): Promise<TestFront> {
  const home = await mkdtemp(path.join(tmpdir(), 'sandcell-front-'));
  // Go's telemetry goes on writing here after go has ended.
  const written = { '.config/go/telemetry/mode': 'off', ...files };
  for (const [name, content] of Object.entries(written)) {
    await mkdir(path.dirname(path.join(home, name)), { recursive: true });
    await writeFile(path.join(home, name), content);
  }
  const env = { PATH: process.env['PATH'], HOME: home, ...variables };
  const registries = new Registries(settingsOf(settings), createLogger('silent'), env);
  const server = createServer((incoming, response) => {
    registries.front(incoming, response, base);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const base = `http://127.0.0.1:${port}`;
  return {
    ...{ base, registries, home },
    get: async (target, options) => get(port, target, options),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await registries[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function settingsOf(argv: readonly string[]): Settings {
  const config = loadConfig(argv, {});
  if (!('settings' in config)) throw new Error('these are no settings');
  return config.settings;
}

async function get(
  port: number,
  target: string,
  { method = 'GET', headers = {} }: AskOptions = {},
): Promise<Got> {
  const outgoing = request({ host: '127.0.0.1', port, path: target, method, headers, agent: false }).end();
  const response = await new Promise<IncomingMessage | undefined>((resolve) => {
    outgoing.once('response', resolve).once('error', () => {
      resolve(undefined);
    });
  });
  if (response === undefined)
    return { status: 0, reason: '', type: '', body: Buffer.alloc(0), headers: {}, isWhole: false };
  const chunks: Buffer[] = [];
  let isWhole = true;
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    isWhole = false;
  }
  const { statusCode: status = 0, statusMessage: reason = '' } = response;
  const type = response.headers['content-type'] ?? '';
  return { status, reason, type, body: Buffer.concat(chunks), headers: response.headers, isWhole };
}
