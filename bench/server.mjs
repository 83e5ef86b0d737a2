import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const CALL_DEADLINE_MS = 120_000;

/**
 * @typedef {{ language: string } | { context_id: string }} Target A language (its default context), or a context.
 * @typedef {import('@modelcontextprotocol/sdk/shared/protocol.js').RequestOptions} RequestOptions
 */

/** A server process over stdio with the SDK's client, as an assistant's program starts it. */
export class BenchServer {
  /** Milliseconds from before the process was spawned until `initialize` was answered. */
  startMs = 0;
  /** What the server has logged so far. */
  stderr = '';
  #client = new Client({ name: 'bench', version: '0' });
  #transport;

  /** @param {Record<string, string>} env Variables on top of the few that clients pass on. */
  constructor(env) {
    const { PATH = '', HOME = '/', XDG_CACHE_HOME } = process.env;
    this.#transport = new StdioClientTransport({
      command: process.execPath,
      args: [CLI],
      env: { PATH, HOME, ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }), ...env },
      stderr: 'pipe',
    });
    this.#transport.stderr?.on('data', (chunk) => (this.stderr += chunk.toString('utf8')));
  }

  async start() {
    const startedMs = performance.now();
    await this.#client.connect(this.#transport);
    this.startMs = performance.now() - startedMs;
    await this.#client.listTools(); // as clients do; from now on the SDK checks results against the output schemas
  }

  get pid() {
    return this.#transport.pid ?? 0;
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} args
   * @param {RequestOptions} [options]
   */
  async call(name, args, options = {}) {
    const result = await this.#client.callTool({ name, arguments: args }, undefined, {
      timeout: CALL_DEADLINE_MS,
      ...options,
    });
    if (!result.structuredContent) throw new Error(result.content[0]?.text ?? `${name} answered nothing`);
    return result.structuredContent;
  }

  /**
   * @param {Target} target
   * @param {string} code
   * @param {Record<string, unknown>} [args]
   * @param {RequestOptions} [options]
   */
  run(target, code, args = {}, options = {}) {
    return this.call('run_code', { ...target, code, ...args }, options);
  }

  /**
   * @param {string} language
   * @param {Record<string, unknown>} [args]
   * @returns {Promise<{ context_id: string, sandbox_id: string, version: string }>}
   */
  createContext(language, args = {}) {
    return this.call('create_context', { language, ...args });
  }

  /** @param {string} uri */
  async read(uri) {
    const { contents } = await this.#client.readResource({ uri });
    return String(contents[0]?.text);
  }

  async close() {
    await this.#client.close();
  }
}

/**
 * Starts a server, hands it to `use`, and closes it whatever happens.
 * @template T
 * @param {(server: BenchServer) => Promise<T>} use
 * @param {Record<string, string>} [env]
 * @returns {Promise<T>}
 */
export async function withServer(use, env = {}) {
  const server = new BenchServer(env);
  try {
    await server.start();
    return await use(server);
  } finally {
    await server.close();
  }
}
