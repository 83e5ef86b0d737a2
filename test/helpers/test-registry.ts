import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Responder = (response: ServerResponse, request: IncomingMessage) => void;

export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A registry on loopback that says what a test tells it to; 404 to everything else. */
export class TestRegistry implements AsyncDisposable {
  /** What was asked for, in order. */
  readonly asked: Asked[] = [];
  readonly answers = new Map<string, Responder>();
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      this.asked.push({ path, authorization: request.headers.authorization });
      const answer = this.answers.get(path);
      if (answer === undefined) response.writeHead(404).end('no such thing');
      else answer(response, request);
    });
  }

  static async start(port = 0): Promise<TestRegistry> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as AddressInfo; // it listens on TCP
    return new TestRegistry(server, `http://127.0.0.1:${address.port}`);
  }

  /** Answers at a path with content of a type. */
  serve(path: string, content: string | Buffer, type = 'application/octet-stream'): void {
    this.answers.set(path, (response) => {
      response
        .writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(content) })
        .end(content);
    });
  }

  /** How often something was asked for. */
  countOf(path: string): number {
    return this.asked.filter((asked) => asked.path === path).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
