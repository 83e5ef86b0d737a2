import type { ServerResponse } from 'node:http';

/** Returns nothing, so that it can end a handler. */
export function answer(response: ServerResponse, status: number, body: unknown): undefined {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

export function finish(response: ServerResponse, body: Buffer | string): undefined {
  response.end(body);
}
