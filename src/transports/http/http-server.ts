import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError, type Settings } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import { type Observer, UNOBSERVED } from '../../observer.ts';
import { inUrl, isLoopback } from './addresses.ts';
import { Admission } from './admission.ts';
import { createApp } from './app.ts';
import { bearerTokens } from './bearer-tokens.ts';
import { answerClientError } from './client-errors.ts';
import type { Connect } from './connect.ts';
import type { Ready } from './health.ts';
import { HttpSessions } from './http-sessions.ts';
import { accessTokens } from './oauth/access-tokens.ts';
import { oauthSettings, ProtectedResource } from './oauth/protected-resource.ts';
import { anyOf } from './principal.ts';
import { stopGracefully } from './shutdown.ts';
import type { MetricsPage } from './metrics.ts';
import type { SseWire } from './sse-wire.ts';
import type { StreamableWire } from './streamable-http.ts';

export interface HttpOptions {
  readonly settings: Settings;
  readonly connect: Connect;
  readonly ready: Ready;
  readonly observer?: Observer;
  /** Undefined where there are none. */
  readonly metrics?: MetricsPage | undefined;
  readonly logger: Logger;
}

export interface HttpServer {
  /** Takes nothing new, answers what is in flight, and ends all sessions; resolves within 4 s. */
  stop(): Promise<void>;
}

/** Serves clients over HTTP. Throws a ConfigError where it may not or cannot listen. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const { settings, connect, observer = UNOBSERVED, logger } = options;
  const tokens = bearerTokens(settings, logger);
  const oauth = oauthSettings(settings);
  if (!tokens && !oauth) refuseOthers(settings);
  const shared = { connect, logger, idleMs: settings.idleMinutes * 60_000 };
  const streamable = new HttpSessions<StreamableWire>({ ...shared, answersCancelled: true });
  const sse = new HttpSessions<SseWire>({ ...shared, answersCancelled: false });
  const admission = new Admission();
  const server = createHttpServer(settings, observer);
  const url = `http://${inUrl(settings.host)}:${await listen(server, settings)}`;
  const resource = oauth && new ProtectedResource(oauth, settings.publicUrl ?? url);
  const authenticate = anyOf([tokens, resource && accessTokens(resource, logger)]);
  server.on(
    'request',
    createApp({ ...options, observer, authenticate, resource, streamable, sse, admission }),
  );
  // Such as too many open files: the connection is lost, not the server.
  server.on('error', (error) => logger.warn('a connection could not be accepted', { error }));
  const ways = [...(tokens ? ['tokens'] : []), ...(oauth ? ['oauth'] : [])];
  logger.info('listening', { url, authentication: ways.join(' and ') || 'none' });
  return { stop: () => stopGracefully(server, admission, [streamable, sse]) };
}

function refuseOthers({ host }: Settings): void {
  if (isLoopback(host)) return;
  throw new ConfigError(
    `host is ${host}, which other machines can reach, and there are no tokens: set auth_token_file, SANDCELL_AUTH_TOKENS or oauth_issuer, or take 127.0.0.1`,
  );
}

const MAX_HEADER_BYTES = 16_384;
const HEADERS_TIMEOUT_MS = 10_000;
/** How often Node looks for requests that are over their time. */
const CHECK_MS = 500;
/** Above the 60 s for which proxies keep a connection to use it again. */
const KEEP_ALIVE_MS = 65_000;

function createHttpServer({ requestTimeoutMs, maxConnections }: Settings, observer: Observer): Server {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server = createServer(options);
  server.on('drop', () => {
    observer.limitReached('max_connections');
  });
  server.maxConnections = maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerClientError(error, socket, observer);
  });
  return server;
}

async function listen(server: Server, { host, port }: Settings): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(cannotListen(error, host, port));
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port; // it listens on TCP
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): ConfigError {
  const where = `port ${port} of ${host}`;
  const why: Record<string, string> = {
    EADDRINUSE: `${where} is in use: choose another port, or 0 for a free one`,
    EACCES: `${where} may be used by root alone: choose a port of 1024 or more`,
    EADDRNOTAVAIL: `host is ${host}: this machine has no such address`,
  };
  const message = why[error.code ?? ''] ?? `${where} cannot be used: ${error.message}`;
  return new ConfigError(message, { cause: error });
}
