import type { Request, RequestHandler } from 'express';
import type { Observer, Operation } from '../../observer.ts';
import { onEnd } from './request-end.ts';

const ROUTES = ['/mcp', '/sse', '/messages', '/metrics', '/healthz', '/readyz'];
const METHODS = ['GET', 'POST', 'DELETE', 'OPTIONS'];

/** Has each request observed, until its answer is over, whatever becomes of it. */
export function observation(observer: Observer): RequestHandler {
  return (request, response, next) => {
    void observer.observe(operationOf(request), async (end) => {
      await new Promise<void>((resolve) => {
        onEnd(response, resolve);
        next();
      });
      end({ status: response.headersSent ? String(response.statusCode) : 'aborted' });
    });
  };
}

/** Of what a client may choose freely, nothing becomes a name. */
function operationOf({ method, path, headers }: Request): Operation {
  const { traceparent, tracestate } = headers;
  return {
    type: 'http_request',
    method: METHODS.includes(method) ? method : 'other',
    route: ROUTES.includes(path) ? path : 'other',
    trace: { traceparent: textOf(traceparent), tracestate: textOf(tracestate) },
  };
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
