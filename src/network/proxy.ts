import {
  createServer,
  type IncomingMessage,
  request as forward,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { headersOf, refuse, type Refusal, refusalOf, USED_UP } from './refusal.ts';
import { IDLE_MS, type Traffic, tunnel } from './traffic.ts';

/** A request must have come this long after its connection, or after the answer before it. */
const HEAD_DEADLINE_MS = 30_000;
const MAX_HEADER_BYTES = 32 * 1024;

/** Of one connection only: not for the next one. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** One kernel, as the proxy sees it. */
export interface ProxyClient {
  /** "http://127.80.0.1": the proxy's own address, at which it answers for the package registries. */
  readonly base: string;
  readonly signal: AbortSignal;
  /** See `Egress.connect`. What is blocked has been noted when it throws. */
  connect(host: string, port: number, signal: AbortSignal): Promise<Socket>;
}

export interface ProxySpec {
  traffic: Traffic;
  /** Answers requests to the proxy itself. */
  front: (request: IncomingMessage, response: ServerResponse, base: string) => void;
  onBug: (error: unknown) => void;
}

/** The HTTP proxy of one sandbox: CONNECT, requests with a whole URL, and requests to itself. */
export class Proxy {
  readonly #spec: ProxySpec;
  readonly #clients = new WeakMap<Socket, ProxyClient>();
  readonly #server: Server;

  constructor(spec: ProxySpec) {
    this.#spec = spec;
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES });
    this.#server.setTimeout(IDLE_MS);
    this.#server.on('request', (request, response) => void this.#answer(request, response));
    this.#server.on('connect', (request, _socket, head) => void this.#connect(request, head));
  }

  /** Serves a connection, which has been admitted to the traffic. */
  serve(socket: Socket, client: ProxyClient): void {
    this.#clients.set(socket, client);
    expectHead(socket);
    this.#server.emit('connection', socket);
  }

  async #connect({ url = '', socket: inner }: IncomingMessage, head: Buffer): Promise<void> {
    headHasCome(inner);
    const client = this.#clients.get(inner);
    const [, host, port] = /^(.+):(\d{1,5})$/.exec(url) ?? [];
    if (!client || host === undefined || !isPort(Number(port))) {
      refuse(inner, { status: 400, reason: 'CONNECT takes HOST:PORT' });
      return;
    }
    try {
      if (this.#spec.traffic.isUsedUp) throw new RefusedError(USED_UP);
      using gone = abortedBy(inner, client.signal);
      const outer = await client.connect(host, Number(port), gone.signal);
      inner.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) inner.unshift(head);
      tunnel(inner, outer, this.#spec.traffic);
    } catch (error) {
      this.#refuse(error, inner, (refusal) => {
        refuse(inner, refusal);
      });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    headHasCome(socket);
    response.once('finish', () => {
      expectHead(socket);
    });
    const client = this.#clients.get(socket);
    const say = (refusal: Refusal): void => {
      response.writeHead(refusal.status, headersOf(refusal)).end(`${refusal.reason}\n`);
    };
    const target = client && readTarget(request.url ?? '', client.base);
    if (!client || !target) {
      say({ status: 400, reason: 'the proxy takes http URLs without user names, and CONNECT for the rest' });
      return;
    }
    if (target === 'front') {
      request.url = pathOf(request.url ?? '');
      this.#spec.front(request, response, client.base);
      return;
    }
    try {
      if (this.#spec.traffic.isUsedUp) throw new RefusedError(USED_UP);
      using gone = abortedBy(response, client.signal);
      const outer = await client.connect(target.hostname, Number(target.port || 80), gone.signal);
      this.#forward(request, response, { target, outer });
    } catch (error) {
      this.#refuse(error, socket, say);
    }
  }

  #forward(
    request: IncomingMessage,
    response: ServerResponse,
    { target, outer }: { target: URL; outer: Socket },
  ): void {
    const { traffic } = this.#spec;
    const end = (): void => {
      outer.destroy();
      request.socket.destroy();
    };
    if (request.socket.destroyed) end();
    traffic.watch(outer);
    traffic.count(outer, 'received', end);
    traffic.count(request, 'sent', end);
    const upstream = forward({
      createConnection: () => outer,
      method: request.method ?? 'GET',
      path: target.pathname + target.search,
      headers: { ...passedOn(request), ...framing(request), host: target.host, connection: 'close' },
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    upstream.once('response', (answer) => {
      try {
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer));
      } catch {
        end(); // headers that cannot be said again
        return;
      }
      pipeline(answer, response, () => undefined); // ends both where either breaks
    });
    upstream.once('error', () => {
      if (response.headersSent) end();
      else refuseWith(response, { status: 502, reason: `network: ${target.host} broke the connection` });
    });
    response.once('close', () => outer.destroy());
    pipeline(request, upstream, () => undefined);
  }

  #refuse(error: unknown, socket: Socket, say: (refusal: Refusal) => void): void {
    const refusal = error instanceof RefusedError ? error.refusal : refusalOf(error);
    if (refusal && !socket.destroyed) {
      say(refusal);
      return;
    }
    if (!refusal && !socket.destroyed) this.#spec.onBug(error);
    socket.destroy();
  }
}

class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

function refuseWith(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, headersOf(refusal)).end(`${refusal.reason}\n`);
}

const headTimers = new WeakMap<Socket, NodeJS.Timeout>();

function expectHead(socket: Socket): void {
  headHasCome(socket);
  const timer = setTimeout(() => socket.destroy(), HEAD_DEADLINE_MS).unref();
  headTimers.set(socket, timer);
}

function headHasCome(socket: Socket): void {
  clearTimeout(headTimers.get(socket));
}

/** Aborts with the kernel, and once the other side has gone. */
function abortedBy(
  stream: Socket | ServerResponse,
  signal: AbortSignal,
): Disposable & { readonly signal: AbortSignal } {
  const gone = new AbortController();
  const onClose = (): void => {
    gone.abort(new Error('the connection was closed'));
  };
  stream.once('close', onClose);
  return {
    signal: AbortSignal.any([signal, gone.signal]),
    [Symbol.dispose]: () => stream.off('close', onClose),
  };
}

/** `front` for what is meant for the proxy itself; undefined for what it does not take. */
function readTarget(url: string, base: string): URL | 'front' | undefined {
  if (url.startsWith('/')) return 'front';
  if (!URL.canParse(url)) return undefined;
  const target = new URL(url);
  if (target.origin === base) return 'front';
  const isPlain = target.protocol === 'http:' && target.username === '' && target.password === '';
  return isPlain && isPort(Number(target.port || 80)) ? target : undefined;
}

/** A path stays as it is, for the front to check. */
function pathOf(url: string): string {
  if (url.startsWith('/')) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Node would send the body of a GET without a word about its length. */
function framing({ headers }: IncomingMessage): Record<string, string> {
  return headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

function passedOn({ headersDistinct }: IncomingMessage): Record<string, string[]> {
  const named = (headersDistinct['connection'] ?? []).flatMap((value) =>
    value.toLowerCase().split(/\s*,\s*/),
  );
  const entries = Object.entries(headersDistinct).filter(
    (entry): entry is [string, string[]] =>
      entry[1] !== undefined && !HOP_BY_HOP.has(entry[0]) && !named.includes(entry[0]),
  );
  return Object.fromEntries(entries);
}
