import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import { loadConfig } from '../../../src/config.ts';
import type * as Bubblewrap from '../../../src/sandboxes/bubblewrap/driver.ts';
import { createLogger } from '../../../src/logger.ts';
import { answer } from './answer.ts';
import { FakeExecd } from './execd.ts';
import type { Faults } from './faults.ts';

export const API_KEY = 'key-of-the-deployment';

/** A request as the deployment saw it. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
}

/** One sandbox of the deployment. */
export interface FakeSandbox {
  id: string;
  execd: FakeExecd;
  metadata: Record<string, string>;
  expiresAt: string;
  /** As it was asked for. */
  request: CreateRequest;
  renewals: number;
}

interface CreateRequest {
  image: { uri: string };
  entrypoint: string[];
  timeout: number;
  resourceLimits: Record<string, string>;
  env: Record<string, string>;
  metadata: Record<string, string>;
  networkPolicy?: unknown;
}

export interface Deployment extends AsyncDisposable {
  /** What --domain takes. */
  readonly domain: string;
  readonly sandboxes: ReadonlyMap<string, FakeSandbox>;
  readonly seen: readonly Seen[];
  readonly faults: Faults;
  /** A sandbox that is there already. */
  add(metadata: Record<string, string>, expiresAt?: Date): Promise<FakeSandbox>;
  remove(id: string): Promise<void>;
}

/**
 * An OpenSandbox deployment: its lifecycle API, and execd in each sandbox, as the transcripts show them, bytes and all. What
 * runs the cells underneath is the driver for this machine. `faults` says what goes wrong.
 */
export async function startDeployment(faults: Faults = {}): Promise<Deployment> {
  const config = loadConfig(
    ['--max-contexts-per-sandbox', '200', '--memory-mib', '8192', '--processes', '4096'],
    {},
  );
  if (config.command !== 'serve') throw new Error('no command is given');
  // As it was built: one of its processes is started from its file.
  const built = new URL('../../../dist/sandboxes/bubblewrap/driver.js', import.meta.url).href;
  const { BubblewrapDriver } = (await import(built)) as typeof Bubblewrap;
  const driver = new BubblewrapDriver(config.settings, createLogger('silent'));
  await driver.prepare();
  const sandboxes = new Map<string, FakeSandbox>();
  const seen: Seen[] = [];
  let count = 0;

  const make = async (request: CreateRequest): Promise<FakeSandbox> => {
    count += 1;
    const id = `box-${String(count)}`;
    const sandbox = await driver.createSandbox({ owner: undefined }, new AbortController().signal);
    const execd = new FakeExecd(sandbox, request.env['EXECD_ACCESS_TOKEN'] ?? '', faults);
    const expiresAt = new Date(Date.now() + request.timeout * 1000).toISOString();
    const made = { id, execd, metadata: { ...request.metadata }, expiresAt, request, renewals: 0 };
    sandboxes.set(id, made);
    return made;
  };
  const remove = async (id: string): Promise<void> => {
    const sandbox = sandboxes.get(id);
    sandboxes.delete(id);
    await sandbox?.execd[Symbol.asyncDispose]();
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://deployment');
    const method = request.method ?? '';
    seen.push({ method, path: pathname, headers: request.headers });
    const [, prefix, id = '', rest = ''] =
      /^\/(?:(v1)\/sandboxes|direct)(?:\/([\w.-]+)(\/.*)?)?$/.exec(pathname) ?? [];
    const sandbox = sandboxes.get(id);
    if (await faults.onRequest?.({ method, path: pathname, request, response })) return;
    if (rest.startsWith('/proxy/44772') || prefix === undefined) {
      if (prefix === undefined && request.headers['open-sandbox-api-key'] !== undefined)
        throw new Error('the API key was sent to a sandbox');
      if (prefix === undefined && request.headers['x-route'] !== id) {
        answer(response, 502, {});
        return;
      }
      const path = rest.replace('/proxy/44772', '') || '/';
      if (sandbox) await sandbox.execd.handle(path, searchParams, request, response);
      else answer(response, 404, notFound(id));
      return;
    }
    if (request.headers['open-sandbox-api-key'] !== API_KEY) {
      answer(response, 401, {
        code: 'MISSING_API_KEY',
        message: 'Authentication credentials are missing.',
      });
      return;
    }
    if (id === '' && method === 'POST') {
      const body = (await readJson(request)) as CreateRequest; // the tests look at it
      if (body.entrypoint.length === 0 || Object.keys(body.resourceLimits).length === 0) {
        answer(response, 422, {
          detail: [{ type: 'value_error', msg: 'Entrypoint is required' }],
        });
        return;
      }
      answer(response, 202, describe(await make(body)));
      return;
    }
    if (id === '') {
      const labels = new URLSearchParams(searchParams.get('metadata') ?? '');
      const items = [...sandboxes.values()].filter(({ metadata }) =>
        [...labels].every(([name, value]) => metadata[name] === value),
      );
      answer(response, 200, {
        items: items.map(describe),
        pagination: { page: 1, hasNextPage: false },
      });
      return;
    }
    if (!sandbox) {
      answer(response, 404, notFound(id));
      return;
    }
    if (rest === '' && method === 'GET') {
      answer(response, 200, describe(sandbox));
      return;
    }
    if (rest === '' && method === 'DELETE') {
      await remove(id);
      answer(response, 204, undefined);
      return;
    }
    if (rest === '/metadata') {
      Object.assign(sandbox.metadata, await readJson(request));
      answer(response, 200, describe(sandbox));
      return;
    }
    if (rest === '/renew-expiration') {
      sandbox.renewals += 1;
      Object.assign(sandbox, await readJson(request));
      answer(response, 200, { expiresAt: sandbox.expiresAt });
      return;
    }
    if (rest === '/endpoints/44772') {
      const host = request.headers.host ?? '';
      const isProxied = searchParams.get('use_server_proxy') === 'true';
      answer(
        response,
        200,
        isProxied
          ? { endpoint: `${host}/v1/sandboxes/${id}/proxy/44772` }
          : { endpoint: `${host}/direct/${id}/proxy/44772`, headers: { 'X-Route': id } },
      );
      return;
    }
    answer(response, 404, { code: 'GENERAL::UNKNOWN_ERROR', message: 'Not Found' });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        answer(response, 500, { code: 'GENERAL::UNKNOWN_ERROR', message: String(error) });
      else response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the deployment has no port');
  return {
    ...{ domain: `127.0.0.1:${String(address.port)}`, sandboxes, seen, faults, remove },
    add: async (metadata, expiresAt) => {
      const made = await make({
        image: { uri: '' },
        entrypoint: [],
        timeout: 600,
        resourceLimits: {},
        env: {},
        metadata,
      });
      if (expiresAt) made.expiresAt = expiresAt.toISOString();
      return made;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await Promise.all([...sandboxes.keys()].map(remove));
      await driver[Symbol.asyncDispose]();
    },
  };
}

function notFound(id: string): object {
  return { code: 'DOCKER::SANDBOX_NOT_FOUND', message: `Sandbox ${id} not found.` };
}

function describe({ id, metadata, expiresAt, request }: FakeSandbox): object {
  const status = { state: 'Running', reason: 'CONTAINER_RUNNING', message: 'Sandbox container is running.' };
  return {
    id,
    status,
    metadata,
    expiresAt,
    createdAt: new Date().toISOString(),
    entrypoint: request.entrypoint,
  };
}
