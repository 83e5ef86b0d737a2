import express, { type Express } from 'express';
import type { Settings } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import type { Observer } from '../../observer.ts';
import { authentication, requestLimits } from './access.ts';
import type { Admission } from './admission.ts';
import { answerFailures, HttpFailure } from './failure.ts';
import { health, type Ready } from './health.ts';
import { checkHosts } from './host-check.ts';
import type { HttpSessions } from './http-sessions.ts';
import { legacySse } from './legacy-sse.ts';
import { type MetricsPage, metricsRoute } from './metrics.ts';
import type { ProtectedResource } from './oauth/protected-resource.ts';
import { resourceMetadata } from './oauth/resource-metadata.ts';
import { observation } from './observation.ts';
import type { Authenticate } from './principal.ts';
import type { SseWire } from './sse-wire.ts';
import { streamableHttp, type StreamableWire } from './streamable-http.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly authenticate: Authenticate | undefined;
  /** Undefined where no access tokens are taken. */
  readonly resource: ProtectedResource | undefined;
  readonly ready: Ready;
  readonly streamable: HttpSessions<StreamableWire>;
  readonly sse: HttpSessions<SseWire>;
  readonly admission: Admission;
  readonly observer: Observer;
  /** Undefined where there are none. */
  readonly metrics?: MetricsPage | undefined;
  readonly logger: Logger;
}

/** What a request goes through: it is refused at the first thing that is wrong with it, before its body is read. */
export function createApp(options: AppOptions): Express {
  const { settings, authenticate, resource, admission, observer, metrics } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(observation(observer));
  app.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  app.use(checkHosts(hostsOf(settings), settings.allowedOrigins));
  app.use(health(options.ready, () => admission.isStopping));
  if (resource) app.use(resourceMetadata(resource));
  app.use(authentication(authenticate, resource), ...requestLimits(settings));
  if (metrics) app.use(metricsRoute(metrics));
  app.use(streamableHttp(options.streamable, admission), legacySse(options.sse, admission));
  app.use(() => {
    throw new HttpFailure(404, 'Not found: MCP is served at /mcp, and at /sse for older clients');
  });
  app.use(answerFailures(options.logger, observer));
  return app;
}

function hostsOf({ allowedHosts, publicUrl }: Settings): readonly string[] {
  return publicUrl === undefined ? allowedHosts : [...allowedHosts, new URL(publicUrl).hostname];
}
