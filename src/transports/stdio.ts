import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

/**
 * Serves one client over stdin and stdout. Resolves when the client has gone: the SDK's transport notices neither the
 * end of stdin nor a stdout that nobody reads.
 */
export async function serveStdio(server: Server): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, resolve);
    process.stdout.once('error', resolve);
    server.onclose = resolve;
  });
  await server.connect(new StdioServerTransport());
  await gone;
}
