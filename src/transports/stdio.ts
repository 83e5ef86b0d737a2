import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

/**
 * Serves one client over stdin and stdout. Resolves when the client has gone: the SDK's transport notices neither the
 * end of stdin nor a stdout that nobody reads.
 */
export async function serveStdio(server: Server): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.on(event, resolve);
    process.stdout.on('error', resolve); // each further write to a closed pipe is one more error
    server.onclose = resolve;
  });
  await server.connect(new StdioServerTransport());
  await gone;
}
