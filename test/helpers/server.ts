import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema, type CallToolResult, type Progress } from '@modelcontextprotocol/sdk/types.js';
import { fileURLToPath } from 'node:url';
import { type ExecutionOutput, executionOutput } from '../../src/executions/render.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** How long the client waits, 50 000 by default. */
  timeoutMs?: number;
}

/** A real server process over stdio with a real MCP client: `await using server = await startServer()`. */
export interface TestServer extends AsyncDisposable {
  readonly client: Client;
  readonly pid: number;
  /** What the server has logged so far. */
  stderr(): string;
  call(tool: string, args?: Record<string, unknown>, options?: CallOptions): Promise<CallToolResult>;
  /** run_code; the structured output, checked against its schema. Fails where the call itself failed. */
  run(
    target: Target,
    code: string,
    args?: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<ExecutionOutput>;
}

/** A language (its default context), or a context id. */
export type Target = { language: string } | { context_id: string };

/** For a suite whose contexts all stay in one sandbox. */
export const ROOM_FOR_MANY: readonly string[] = [
  ...['--max-contexts-per-sandbox', '200'],
  ...['--memory-mib', '8192'],
  ...['--processes', '4096'],
];

/** `launcher` is a command that becomes the one that follows it: setpriv, a shell that ends in `exec "$@"`. */
export async function startServer(
  args: readonly string[] = [],
  env: Record<string, string> = {},
  launcher: readonly string[] = [],
): Promise<TestServer> {
  const [command = '', ...rest] = [...launcher, process.execPath, CLI, ...args];
  const transport = new StdioClientTransport({
    command,
    args: rest,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(transport);
  return {
    ...{ client, pid: transport.pid ?? 0 },
    stderr: () => stderr,
    ...toolCalls(client),
    [Symbol.asyncDispose]: async () => {
      await client.close();
    },
  };
}

/** Calls of tools with any client that is connected. */
export function toolCalls(client: Client): Pick<TestServer, 'call' | 'run'> {
  const call: TestServer['call'] = async (
    name,
    toolArguments = {},
    { signal, onProgress, timeoutMs = 50_000 } = {},
  ) => {
    const options = {
      timeout: timeoutMs,
      ...(signal && { signal }),
      ...(onProgress && { onprogress: onProgress }),
    };
    const result = await client.callTool({ name, arguments: toolArguments }, undefined, options);
    return CallToolResultSchema.parse(result);
  };
  return {
    call,
    run: async (target, code, more = {}, options = {}) => {
      const result = await call('run_code', { code, ...target, ...more }, options);
      if (!result.structuredContent) throw new Error(textOf(result));
      return executionOutput.parse(result.structuredContent);
    },
  };
}

/** All text of a tool's answer. */
export function textOf({ content }: CallToolResult): string {
  return content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n');
}
