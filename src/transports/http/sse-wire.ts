import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import type { ServerResponse } from 'node:http';
import { isLeftOut } from './progress.ts';

/** A client that leaves that much unread is cut off. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024;

/** The SDK's transport for a client that may not read. */
export class SseWire extends SSEServerTransport {
  readonly #response: ServerResponse;

  constructor(endpoint: string, response: ServerResponse) {
    super(endpoint, response);
    this.#response = response;
  }

  override async send(...[message]: Parameters<SSEServerTransport['send']>): Promise<void> {
    if (isLeftOut(message, [this.#response])) return;
    await super.send(message);
    if (this.#response.writableLength > MAX_UNREAD_BYTES) this.#response.destroy();
  }

  /** Shows proxies and the client that the stream lives. One that has ended may wait long for its client to read. */
  keepAlive(): void {
    if (!this.#response.writableEnded) this.#response.write(': keepalive\n\n');
  }
}
