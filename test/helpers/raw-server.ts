import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A real server whose pipes are in the test's own hands: JSON-RPC as it is on the wire. */
export class RawServer implements AsyncDisposable {
  readonly child: ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream };
  /** Every line that came on stdout. */
  readonly lines: string[] = [];
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #answers = new Map<number, (message: Record<string, unknown>) => void>();
  #requests = 0;

  constructor(args: readonly string[] = [], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [CLI, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    });
    this.child.stdin.on('error', () => undefined); // it may be gone already
    this.exited = once(this.child, 'exit').then(([code, signal]: unknown[]) => ({
      code: code as number | null, // as node:child_process documents them
      signal: signal as NodeJS.Signals | null,
    }));
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.#receive(line);
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The whole answer to a request: `result` or `error`. */
  async request(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#requests;
    const answer = new Promise<Record<string, unknown>>((resolve) => this.#answers.set(id, resolve));
    this.write({ jsonrpc: '2.0', id, method, params });
    return await answer;
  }

  write(message: Record<string, unknown>): void {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  async initialize(): Promise<void> {
    const clientInfo = { name: 'raw', version: '0' };
    await this.request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
    this.write({ jsonrpc: '2.0', method: 'notifications/initialized' });
  }

  async run(language: string, code: string): Promise<Record<string, unknown>> {
    return await this.request('tools/call', { name: 'run_code', arguments: { language, code } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  #receive(line: string): void {
    this.lines.push(line);
    const message: unknown = JSON.parse(line);
    if (typeof message !== 'object' || message === null || !('id' in message)) return;
    this.#answers.get(Number(message.id))?.({ ...message });
  }
}
