import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { BlockedError, UnreachableError } from './egress.ts';

/** An answer of the proxy that is not the other side's. */
export interface Refusal {
  readonly status: 400 | 403 | 502 | 503;
  /** For people, as plain text. */
  readonly reason: string;
}

export const USED_UP: Refusal = {
  status: 503,
  reason: 'the sandbox has received or sent as much as it may (network_mib)',
};

/** Undefined for our own bug. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof BlockedError) return { status: 403, reason: error.message };
  if (error instanceof UnreachableError) return { status: 502, reason: `network: ${error.message}` };
  return undefined;
}

export function headersOf({ reason }: Refusal): Record<string, string> {
  const length = String(Buffer.byteLength(reason) + 1);
  return { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': length, Connection: 'close' };
}

/** For a connection on which no HTTP server answers. What the other side still sends is dropped. */
export function refuse(socket: Socket, refusal: Refusal): void {
  const { status, reason } = refusal;
  const lines = Object.entries(headersOf(refusal)).map(([name, value]) => `${name}: ${value}`);
  socket.end(
    [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, ...lines, '', `${reason}\n`].join('\r\n'),
  );
  socket.setTimeout(REFUSED_MS);
  socket.resume();
}

/** A connection that is closed with bytes unread is reset, and takes the answer along. */
const REFUSED_MS = 5000;
