import type { Duplex } from 'node:stream';
import type { Limit, Observer } from '../../observer.ts';
import { errorBody, RPC } from './failure.ts';

interface ClientError {
  readonly status: string;
  readonly message: string;
  readonly limit?: Limit;
}

const KNOWN: Readonly<Record<string, ClientError>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    message: 'The headers are over the limit of 16 KiB',
    limit: 'header_size',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    message: 'The request did not arrive in time',
    limit: 'request_timeout_ms',
  },
};
const OTHER: ClientError = { status: '400 Bad Request', message: 'This is no HTTP request' };

/** Answers what is no request, or does not become one in time, and closes its connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, observer: Observer): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, message, limit } = KNOWN[error.code ?? ''] ?? OTHER;
  if (limit) observer.limitReached(limit);
  const body = JSON.stringify(errorBody(RPC.refused, message));
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(), // a client that neither reads nor goes
  );
}
