import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as OTLP has it in JSON. */
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number };
  events?: unknown[];
}

interface OtlpBody {
  resourceSpans: {
    resource: { attributes: OtlpSpan['attributes'] };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
}

export interface TestSpan {
  traceId: string;
  id: string;
  parentId: string | undefined;
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  hasFailed: boolean;
}

/** A collector of traces by OTLP over HTTP. */
export class TestCollector implements AsyncDisposable {
  readonly url: string;
  readonly requests: { path: string; headers: IncomingHttpHeaders; body: Buffer }[] = [];
  /** What it answers; undefined is nothing, ever. */
  status: number | undefined = 200;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url: path = '', headers } = request;
        if (this.status === 200) this.requests.push({ path, headers, body: Buffer.concat(chunks) });
        if (this.status === undefined) return;
        response.writeHead(this.status, { 'Content-Type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<TestCollector> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // it listens on TCP
    return new TestCollector(server, `http://127.0.0.1:${port}`);
  }

  /** Of what came as JSON. */
  get spans(): TestSpan[] {
    return this.#bodies.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(toTestSpan))),
    );
  }

  get resource(): Record<string, unknown> {
    return toRecord(this.#bodies[0]?.resourceSpans[0]?.resource.attributes ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get #bodies(): OtlpBody[] {
    return this.requests.map(({ body }) => JSON.parse(body.toString('utf8')) as OtlpBody);
  }
}

function toTestSpan({ traceId, spanId, parentSpanId, name, kind, attributes, status }: OtlpSpan): TestSpan {
  return {
    ...{ traceId, id: spanId, parentId: parentSpanId, name, kind },
    attributes: toRecord(attributes),
    hasFailed: status.code === 2,
  };
}

function toRecord(attributes: OtlpSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
