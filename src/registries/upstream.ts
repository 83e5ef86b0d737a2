import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createSecureContext, rootCertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import type { Environment } from '../user-folders.ts';
import { checkedLookup, checkLiteral } from './checked-lookup.ts';
import { BAD_ANSWER, FrontError, UNREACHABLE } from './front-error.ts';
import { authorizationFor, type Connection, hostAndPort, isHttp, type Registry } from './registry.ts';

const CONNECT_TIMEOUT_MS = 5000;
const HEADERS_TIMEOUT_MS = 20_000;
/** Of one registry at one time; more requests wait. */
const MAX_CONNECTIONS = 32;
/** Between two pieces of a body. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 5;
const MAX_FILE_HOSTS = 1000;
/** A registry that could not be reached is not tried again for so long: installs ask it for hundreds of packages. */
const UNREACHABLE_MS = 5000;

/** An answer of a registry, whatever its status. Its body has to be read or destroyed. */
export interface Answer {
  /** Where it came from in the end. */
  readonly url: URL;
  readonly status: number;
  readonly body: Readable;
  header(name: string): string | undefined;
}

interface AskOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Asks registries, with the host's certificates, proxies and credentials. Whoever creates it disposes it. */
export class Upstream implements AsyncDisposable {
  readonly #env: Environment;
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #fileHosts = new Map<string, { host: string; port: number }>();
  readonly #unreachable = new Map<string, { until: number; why: string }>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Hosts that indexes name for their files, as far as they were seen. */
  noteFileHosts(urls: Iterable<URL>): void {
    for (const url of urls)
      if (this.#fileHosts.size < MAX_FILE_HOSTS) this.#fileHosts.set(url.origin, hostAndPort(url));
  }

  fileHosts(): readonly { host: string; port: number }[] {
    return [...this.#fileHosts.values()];
  }

  /**
   * GETs `url` for `registry` and follows its redirects; credentials go where they belong, and nowhere that a
   * redirect leads. Throws a {@link FrontError} where no answer comes, and the signal's reason.
   */
  async ask(registry: Registry, url: URL, { headers, signal }: AskOptions): Promise<Answer> {
    let target = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const authorization = target.origin === url.origin ? authorizationFor(registry, target) : undefined;
      const all = { ...headers, ...(authorization !== undefined && { authorization }) };
      checkLiteral(target);
      const answer = await this.#askOnce(registry, target, { headers: all, signal });
      const location = answer.status >= 301 && answer.status <= 308 ? answer.header('location') : undefined;
      if (location === undefined) return answer;
      answer.body.on('error', () => undefined).destroy();
      target = redirected(registry, target, location);
    }
    throw new FrontError(BAD_ANSWER, `${nameOf(registry)} redirects more than ${MAX_REDIRECTS} times`);
  }

  async #askOnce(registry: Registry, url: URL, options: AskOptions): Promise<Answer> {
    const known = this.#unreachable.get(url.origin);
    if (known !== undefined && known.until > Date.now()) throw unreachable(registry, known.why);
    try {
      return await this.#send(registry, url, options).catch((error: unknown) => {
        options.signal.throwIfAborted();
        if (!isWorthAnotherTry(error)) throw error;
        return this.#send(registry, url, options);
      });
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof FrontError) throw error;
      const why = whyUnreachable(error, url);
      this.#remember(url.origin, why);
      throw unreachable(registry, why, error);
    }
  }

  async #send({ connection }: Registry, url: URL, { headers, signal }: AskOptions): Promise<Answer> {
    const {
      statusCode,
      headers: received,
      body,
    } = await request(url, {
      dispatcher: this.#dispatcher(connection, url),
      headers: { 'user-agent': 'sandcell', ...headers },
      headersTimeout: HEADERS_TIMEOUT_MS,
      bodyTimeout: IDLE_TIMEOUT_MS,
      signal,
    });
    this.#unreachable.delete(url.origin);
    this.noteFileHosts([url]); // a redirect may have led there
    return {
      ...{ url, status: statusCode, body },
      header: (name) => {
        const value = received[name];
        return typeof value === 'object' ? value[0] : value;
      },
    };
  }

  #remember(origin: string, why: string): void {
    if (this.#unreachable.size > 100) this.#unreachable.clear();
    this.#unreachable.set(origin, { until: Date.now() + UNREACHABLE_MS, why });
  }

  /** One a way to connect: they keep connections open between requests. */
  #dispatcher(connection: Connection, url: URL): Dispatcher {
    const unverified = connection.unverifiedHosts ?? [];
    const isVerified = ![url.hostname, url.host, '*'].some((host) => unverified.includes(host));
    const key = JSON.stringify({ ...connection, unverifiedHosts: isVerified });
    let dispatcher = this.#dispatchers.get(key);
    if (dispatcher === undefined) {
      dispatcher = createDispatcher(connection, isVerified, this.#env);
      this.#dispatchers.set(key, dispatcher);
    }
    return dispatcher;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const dispatchers = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.destroy()));
  }
}

function createDispatcher(connection: Connection, isVerified: boolean, env: Environment): Dispatcher {
  const { ca, client, proxy, noProxy } = connection;
  const secureContext = createSecureContext({
    ca: ca ?? systemCertificates(env),
    ...(client && { cert: client.certificate, key: client.key }),
  });
  const tls = {
    ...{ secureContext, rejectUnauthorized: isVerified },
    ...{ timeout: CONNECT_TIMEOUT_MS, lookup: checkedLookup },
  };
  return new EnvHttpProxyAgent({
    ...{ connect: tls, requestTls: tls, connections: MAX_CONNECTIONS },
    httpProxy: proxy ?? env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    httpsProxy: proxy ?? env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    noProxy: noProxy ?? env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  });
}

/** Where distributions keep their certificates in one file: Node knows only its own, companies add theirs there. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

function systemCertificates(env: Environment): string[] {
  const named = env['SSL_CERT_FILE'];
  const bundle = (named === undefined ? BUNDLES : [named]).map((file) => contentOf(file)).find(Boolean) ?? '';
  const extra = contentOf(env['NODE_EXTRA_CA_CERTS'] ?? '');
  return [...rootCertificates, bundle, extra].filter(Boolean);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // a certificate that cannot be read is trusted by nobody
  }
}

function redirected(registry: Registry, from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to === undefined || !isHttp(to) || (from.protocol === 'https:' && to.protocol === 'http:')) {
    throw new FrontError(BAD_ANSWER, `${nameOf(registry)} redirects to where it may not`);
  }
  to.username = to.password = '';
  return to;
}

/** Connections that were kept open end when the registry likes: the next one may be fine. */
function isWorthAnotherTry(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function whyUnreachable(error: unknown, url: URL): string {
  const code = codeOf(error) || codeOf(error instanceof Error ? error.cause : undefined);
  const host = url.host;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the name ${host} does not resolve (${code})`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return `${host} took no connection within ${CONNECT_TIMEOUT_MS / 1000} s`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return `${host} did not answer within ${HEADERS_TIMEOUT_MS / 1000} s`;
  return `connecting to ${host} failed (${code || (error instanceof Error ? error.message : 'unknown')})`;
}

function unreachable(registry: Registry, why: string, cause?: unknown): FrontError {
  const message = `${nameOf(registry)} could not be reached: ${why}; this machine may be offline`;
  return new FrontError(UNREACHABLE, message, { cause });
}

export function nameOf({ manager }: Registry): string {
  return `the package registry for ${manager}`;
}
