import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../logger.ts';
import type { Limit, Observer, Operation, Outcome, Pool } from '../observer.ts';
import { deadline } from '../processes/deadline.ts';
import { VERSION } from '../version.ts';
import { attributesOf, endAttributesOf, nameOf } from './span-attributes.ts';
import { traceExporter } from './trace-exporter.ts';

/** Of the 5 s in which the server ends. */
const FLUSH_DEADLINE_MS = 1000;

/** Traces operations, and tells another observer of all. Disposing it sends what is left. */
export class Tracing implements Observer, AsyncDisposable {
  readonly #inner: Observer;
  readonly #logger: Logger;
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #propagator = new W3CTraceContextPropagator();
  /** What an operation is part of. */
  readonly #current = new AsyncLocalStorage<Context>();

  private constructor(exporter: SpanExporter, inner: Observer, logger: Logger) {
    this.#inner = inner;
    this.#logger = logger;
    const ours = resourceFromAttributes({ 'service.name': 'sandcell', 'service.version': VERSION });
    this.#provider = new BasicTracerProvider({
      // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, and win.
      resource: defaultResource()
        .merge(ours)
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    this.#tracer = this.#provider.getTracer('sandcell', VERSION);
  }

  /** As the variables of OpenTelemetry say; undefined where they cannot be followed, which the log then says. */
  static async start(env: NodeJS.ProcessEnv, inner: Observer, logger: Logger): Promise<Tracing | undefined> {
    // The library tells nobody else of a variable that it cannot read. What is lost later is told by the exporter.
    const warn = (detail: string): void => {
      logger.warn('a setting of OpenTelemetry is not good', { detail });
    };
    const quiet = (): void => undefined;
    diag.setLogger({ error: warn, warn, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
    try {
      const exporter = await traceExporter(env, logger);
      return exporter && new Tracing(exporter, inner, logger);
    } finally {
      diag.disable();
    }
  }

  async observe<T>(operation: Operation, work: (end: (outcome: Outcome) => void) => Promise<T>): Promise<T> {
    if (!isTraced(operation)) return await this.#inner.observe(operation, work);
    const parent = this.#parentOf(operation);
    const kind = operation.type === 'http_request' ? SpanKind.SERVER : SpanKind.INTERNAL;
    const attributes = attributesOf(operation);
    const span = this.#tracer.startSpan(nameOf(operation), { kind, attributes }, parent);
    let end: Attributes = { 'error.type': 'INTERNAL' }; // where it does not come to saying how it ended
    try {
      return await this.#current.run(trace.setSpan(parent, span), () =>
        this.#inner.observe(operation, (ended) =>
          work((outcome) => {
            end = endAttributesOf(operation, outcome);
            ended(outcome);
          }),
        ),
      );
    } finally {
      finish(span, end);
    }
  }

  limitReached(limit: Limit): void {
    this.#inner.limitReached(limit);
  }

  poolAsked(pool: Pool, isHit: boolean): void {
    this.#inner.poolAsked(pool, isHit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await deadline(
        this.#provider.shutdown(),
        FLUSH_DEADLINE_MS,
        undefined,
        'the last traces were not sent',
      );
    } catch (error) {
      this.#logger.warn('the last traces are lost', { error });
    }
  }

  #parentOf(operation: Operation): Context {
    if (operation.type !== 'http_request') return this.#current.getStore() ?? ROOT_CONTEXT;
    return this.#propagator.extract(ROOT_CONTEXT, operation.trace, defaultTextMapGetter);
  }
}

/** Streams last as long as sessions, and the rest is asked for by machines all day. */
function isTraced(operation: Operation): boolean {
  if (operation.type !== 'http_request') return true;
  const { method, route } = operation;
  return (route === '/mcp' || route === '/messages') && method !== 'GET';
}

/** Never an error's message: it can hold what a client sent. */
function finish(span: Span, attributes: Attributes): void {
  span.setAttributes(attributes);
  if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
