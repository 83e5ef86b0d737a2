import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import { type Observer, UNOBSERVED } from '../observer.ts';
import type { Metrics } from './metrics.ts';

/** All who watch one server. Disposing it sends what is still to be sent. */
export interface Observation extends AsyncDisposable {
  readonly observer: Observer;
  /** Undefined where nobody can ask for them. */
  readonly metrics: Metrics | undefined;
}

/** Loads what is asked for, and nothing else: both libraries take time that a client would wait for. */
export async function startObservation(
  settings: Pick<Settings, 'http' | 'metrics' | 'logLevel'>,
  env: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<Observation> {
  const metrics = settings.http && settings.metrics === 'on' ? await startMetrics() : undefined;
  const counted = metrics ?? UNOBSERVED;
  const logged = settings.logLevel === 'debug' ? await startLog(logger, counted) : counted;
  const tracing = wantsTraces(env) ? await startTracing(env, logged, logger) : undefined;
  return {
    observer: tracing ?? logged,
    metrics,
    [Symbol.asyncDispose]: async () => {
      await tracing?.[Symbol.asyncDispose]();
    },
  };
}

async function startMetrics(): Promise<Metrics> {
  const { Metrics } = await import('./metrics.ts');
  return new Metrics();
}

async function startLog(logger: Logger, inner: Observer): Promise<Observer> {
  const { logOperations } = await import('./operation-log.ts');
  return logOperations(logger, inner);
}

async function startTracing(
  env: NodeJS.ProcessEnv,
  inner: Observer,
  logger: Logger,
): Promise<(Observer & AsyncDisposable) | undefined> {
  const { Tracing } = await import('./tracing.ts');
  return await Tracing.start(env, inner, logger);
}

/** Where the usual variables of OpenTelemetry say where to. An empty one counts as one that is not set. */
function wantsTraces(env: NodeJS.ProcessEnv): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  if (!['', 'otlp', undefined].includes(env['OTEL_TRACES_EXPORTER'])) return false;
  const names = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  return names.some((name) => (env[name] ?? '') !== '');
}
