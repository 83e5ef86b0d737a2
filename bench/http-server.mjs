import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Agent, fetch } from 'undici';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const CALL_DEADLINE_MS = 120_000;

/** @typedef {{ msg: string, level: string } & Record<string, unknown>} LogLine */

/** A server process over HTTP on a free port. */
export class HttpBenchServer {
  url = '';
  /** @type {Promise<unknown>} */
  exited;
  /** @type {(line: LogLine) => void} */
  onLog = () => undefined;
  #child;

  /**
   * @param {Record<string, string>} env Variables on top of the few that it needs.
   * @param {readonly string[]} nodeOptions
   */
  constructor(env, nodeOptions = []) {
    const { PATH = '', HOME = '/', XDG_CACHE_HOME } = process.env;
    this.#child = spawn(process.execPath, [...nodeOptions, CLI, '--http', '--port', '0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH, HOME, ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }), ...env },
    });
    this.exited = once(this.#child, 'exit');
  }

  get pid() {
    return this.#child.pid ?? 0;
  }

  /** Resolves when it listens; throws what it said where it ended instead. */
  async start() {
    /** @type {string[]} */
    const said = [];
    const lines = createInterface({ input: this.#child.stderr });
    const listening = new Promise((resolve) => {
      lines.on('line', (text) => {
        if (!text.startsWith('{')) return said.push(text);
        const line = JSON.parse(text);
        if (line.msg === 'listening') this.url = line.url;
        if (line.msg === 'listening') resolve(undefined);
        return this.onLog(line);
      });
    });
    await Promise.race([
      listening,
      this.exited.then(() => {
        throw new Error(said.join('\n'));
      }),
    ]);
  }

  /**
   * @param {'streamable' | 'sse'} [kind]
   * @returns {Promise<HttpBenchClient>}
   */
  async connect(kind = 'streamable') {
    const client = new HttpBenchClient(this.url, kind);
    await client.connect();
    return client;
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    this.#child.kill(signal);
  }

  async close() {
    this.#child.kill('SIGTERM');
    await this.exited;
  }
}

/** The SDK's client with a session and, as a client elsewhere, connections of its own. */
export class HttpBenchClient {
  #client = new Client({ name: 'bench', version: '0' });
  #connections = new Agent();
  #transport;

  /**
   * @param {string} url
   * @param {'streamable' | 'sse'} kind
   */
  constructor(url, kind) {
    /** @type {import('@modelcontextprotocol/sdk/shared/transport.js').FetchLike} */
    const fetchOverOwn = (target, init) => {
      const own = /** @type {import('undici').RequestInit} */ ({ ...init, dispatcher: this.#connections });
      return /** @type {Promise<any>} */ (fetch(target, own)); // undici's and Node's types of the same thing
    };
    this.#transport =
      kind === 'sse'
        ? new SSEClientTransport(new URL(`${url}/sse`), { fetch: fetchOverOwn })
        : new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { fetch: fetchOverOwn });
  }

  async connect() {
    await this.#client.connect(this.#transport);
    await this.#client.listTools(); // as clients do; from now on the SDK checks results against the output schemas
  }

  /**
   * @param {import('./server.mjs').Target} target
   * @param {string} code
   * @param {import('@modelcontextprotocol/sdk/shared/protocol.js').RequestOptions} [options]
   */
  async run(target, code, options = {}) {
    const args = { name: 'run_code', arguments: { ...target, code } };
    const result = await this.#client.callTool(args, undefined, { timeout: CALL_DEADLINE_MS, ...options });
    if (!result.structuredContent) throw new Error(result.content[0]?.text ?? 'run_code answered nothing');
    return result.structuredContent;
  }

  /** @param {string} uri */
  async read(uri) {
    const { contents } = await this.#client.readResource({ uri });
    return String(contents[0]?.text);
  }

  /** Ends the session on the server, too. */
  async end() {
    if ('terminateSession' in this.#transport) await this.#transport.terminateSession();
    await this.vanish();
  }

  /** Cuts its connections; over Streamable HTTP the server is not told that it will not come back. */
  async vanish() {
    await this.#client.close();
    await this.#connections.destroy();
  }
}
