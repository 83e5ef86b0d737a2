import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Of a body of JSON: the message of its error. */
  error: { code: number; message: string } | undefined;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends any headers there are, Host among them, which fetch does not. Resolves with the whole answer. */
export async function send(
  url: string,
  { method = 'GET', headers = {}, body }: RequestOptions = {},
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: new Agent({ keepAlive: false }) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { statusCode = 0, headers: received } = response;
        resolve({ status: statusCode, headers: received, body: text, error: errorOf(text) });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function errorOf(body: string): Answer['error'] {
  if (!body.startsWith('{')) return undefined;
  return (JSON.parse(body) as { error?: { code: number; message: string } }).error;
}

export const MCP_HEADERS = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
};

export const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
});

/** A session as its own client holds it, without a client in between. */
export class RawSession {
  readonly url: string;
  readonly headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string>) {
    this.url = url;
    this.headers = headers;
  }

  /** A POST of one message, with the whole answer. */
  async post(message: object, headers: Record<string, string> = {}): Promise<Answer> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    return await send(this.url, { method: 'POST', headers: { ...this.headers, ...headers }, body });
  }

  async call(id: number, name: string, toolArguments: object): Promise<Answer> {
    return await this.post({ id, method: 'tools/call', params: { name, arguments: toolArguments } });
  }

  /**
   * Sends a call, and cuts the connection once the event that the client could come back with has arrived.
   * Resolves with the id of that event.
   */
  async callAndDrop(id: number, name: string, toolArguments: object): Promise<string> {
    const message = { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: toolArguments } };
    const sent = request(this.url, { method: 'POST', headers: this.headers, agent: new Agent() });
    sent.end(JSON.stringify(message));
    return await new Promise((resolve, reject) => {
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.on('error', () => undefined); // it is cut off
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8');
          const [, eventId] = /^id: (\S+)$/m.exec(text) ?? [];
          if (eventId === undefined) return;
          sent.destroy();
          resolve(eventId);
        });
      });
    });
  }

  /** Comes back to the stream of an event. */
  async resume(eventId: string): Promise<Answer> {
    const headers = { ...this.headers, Accept: 'text/event-stream', 'Last-Event-ID': eventId };
    return await send(this.url, { headers });
  }

  async end(): Promise<Answer> {
    return await send(this.url, { method: 'DELETE', headers: this.headers });
  }
}

/** Opens a session at `${server}/mcp`. Throws where it is refused. */
export async function openRawSession(
  server: string,
  headers: Record<string, string> = {},
): Promise<RawSession> {
  const url = `${server}/mcp`;
  const answer = await initialize(server, headers);
  const id = answer.headers['mcp-session-id'];
  if (typeof id !== 'string') throw new Error(`${answer.status}: ${answer.body}`);
  const session = new RawSession(url, {
    ...{ ...MCP_HEADERS, ...headers },
    ...{ 'Mcp-Session-Id': id, 'MCP-Protocol-Version': '2025-11-25' },
  });
  await session.post({ method: 'notifications/initialized' });
  return session;
}

export async function initialize(server: string, headers: Record<string, string> = {}): Promise<Answer> {
  return await send(`${server}/mcp`, {
    ...{ method: 'POST', headers: { ...MCP_HEADERS, ...headers }, body: INITIALIZE },
  });
}

export interface Message {
  id?: number;
  method?: string;
  result?: CallToolResult;
  error?: { code: number; message: string };
}

/** The messages of a stream of events. */
export function messagesOf({ body }: Answer): Message[] {
  return [...body.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Message);
}
