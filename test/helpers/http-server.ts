import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type TestServer, toolCalls } from './server.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface LogLine {
  msg: string;
  [field: string]: unknown;
}

/** A real MCP client over one of the HTTP transports. */
export interface HttpClient extends AsyncDisposable, Pick<TestServer, 'call' | 'run'> {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport | SSEClientTransport;
}

export interface ConnectOptions {
  transport?: 'streamable' | 'sse';
  token?: string;
  /** Gets a token where the server asks for one. */
  authProvider?: OAuthClientProvider;
}

/** A real server process that listens on a free port: `await using server = await startHttpServer()`. */
export class HttpTestServer implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly log: LogLine[] = [];
  /** What is no log line. */
  readonly said: string[] = [];
  url = '';
  readonly #clients: HttpClient[] = [];

  constructor(args: readonly string[], env: Record<string, string>) {
    this.child = spawn(process.execPath, [CLI, '--http', '--port', '0', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    });
    this.exited = once(this.child, 'exit').then(([code, signal]: unknown[]) => ({
      code: code as number | null, // as node:child_process documents them
      signal: signal as NodeJS.Signals | null,
    }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when it listens; throws what it said where it ended instead. */
  async listening(): Promise<void> {
    if (!this.child.stderr) throw new Error('its stderr is not piped');
    const lines = createInterface({ input: this.child.stderr });
    const begun = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        if (!line.startsWith('{')) this.said.push(line);
        else this.log.push(JSON.parse(line) as LogLine);
        const listening = this.log.find(({ msg }) => msg === 'listening');
        if (listening) this.url = String(listening['url']);
        if (listening) resolve();
      });
    });
    const ended = once(lines, 'close').then(() => {
      if (this.url === '') throw new Error(this.said.join('\n'));
    });
    ended.catch(() => undefined);
    await Promise.race([begun, ended]);
  }

  async connect({
    transport: kind = 'streamable',
    token,
    authProvider,
  }: ConnectOptions = {}): Promise<HttpClient> {
    const options = {
      ...(token !== undefined && { requestInit: { headers: { Authorization: `Bearer ${token}` } } }),
      ...(authProvider && { authProvider }),
    };
    const transport =
      kind === 'sse'
        ? new SSEClientTransport(new URL(`${this.url}/sse`), options)
        : new StreamableHTTPClientTransport(new URL(`${this.url}/mcp`), options);
    const client = new Client({ name: 'test', version: '0' });
    await client.connect(transport);
    const close = async (): Promise<void> => {
      await client.close();
    };
    const connected = { client, transport, ...toolCalls(client), [Symbol.asyncDispose]: close };
    this.#clients.push(connected);
    return connected;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#clients.map((client) => client[Symbol.asyncDispose]()));
    this.child.kill('SIGTERM');
    await this.exited;
  }
}

/** Rejects with what the server said where it did not start. */
export async function startHttpServer(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<HttpTestServer> {
  const server = new HttpTestServer(args, env);
  await server.listening();
  return server;
}
