import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../logger.ts';

type Done = Parameters<SpanExporter['export']>[1];

/** Sends spans by OTLP over HTTP, as the OTEL_EXPORTER_OTLP_ variables say. Undefined where they ask for another way. */
export async function traceExporter(
  env: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<SpanExporter | undefined> {
  const named = [env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'], env['OTEL_EXPORTER_OTLP_PROTOCOL']];
  const protocol = named.find((name) => name !== undefined && name !== '') ?? 'http/protobuf';
  switch (protocol) {
    case 'http/protobuf': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
      return new ReportingExporter(new OTLPTraceExporter(), logger);
    }
    case 'http/json': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
      return new ReportingExporter(new OTLPTraceExporter(), logger);
    }
    default:
      // No reason not to start: the variables may be meant for the client that started this server.
      logger.warn('no traces: the protocol is not known here', {
        protocol,
        allowed: 'http/protobuf or http/json',
      });
      return undefined;
  }
}

/** Says in the log when traces begin to be lost, and when they arrive again. */
class ReportingExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #logger: Logger;
  #isFailing = false;

  constructor(inner: SpanExporter, logger: Logger) {
    this.#inner = inner;
    this.#logger = logger;
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.#inner.export(spans, (result) => {
      const hasFailed = result.code !== ExportResultCode.SUCCESS;
      if (hasFailed && !this.#isFailing) this.#logger.warn('traces cannot be sent', { error: result.error });
      if (!hasFailed && this.#isFailing) this.#logger.info('traces are sent again');
      this.#isFailing = hasFailed;
      done(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.#inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }
}
