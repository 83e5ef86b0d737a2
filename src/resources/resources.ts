import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type ReadResourceResult,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { type ErrorCode as SandboxErrorCode, SandboxError } from '../errors.ts';
import type { Session } from '../sessions/session.ts';
import { listOutputs, OUTPUT_TEMPLATE, readOutput } from './outputs.ts';
import { ResourceWatch } from './resource-watch.ts';
import { FILE_TEMPLATE, listFiles, readFile } from './sandbox-files.ts';

/** The protocol's own code for it, which the SDK does not name. */
const RESOURCE_NOT_FOUND = -32_002;
const MISSING: readonly SandboxErrorCode[] = [
  'EXECUTION_NOT_FOUND',
  'FILE_NOT_FOUND',
  'SANDBOX_NOT_FOUND',
  'SANDBOX_EXPIRED',
];

/**
 * Serves outputs and files by URI to the session whose they are. What is returned is to be told when files may have
 * changed: the client hears of it where it wants to.
 */
export function serveResources(server: Server, session: Session): ResourceWatch {
  const watch = new ResourceWatch(server, session);
  server.setRequestHandler(ListResourcesRequestSchema, async (_request, { signal }) => {
    using _lease = session.lease();
    const files = await listFiles(session, signal);
    watch.hasListed(files);
    return { resources: [...listOutputs(session), ...files] };
  });
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [OUTPUT_TEMPLATE, FILE_TEMPLATE],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, { signal }) => {
    using _lease = session.lease();
    return await explained(async () => await read(session, uri, signal));
  });
  server.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
    using _lease = session.lease();
    await explained(async () => {
      await watch.subscribe(uri);
    });
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    watch.unsubscribe(uri);
    return {};
  });
  return watch;
}

async function read(session: Session, uri: string, signal: AbortSignal): Promise<ReadResourceResult> {
  return uri.startsWith('sandbox:') ? await readFile(session, uri, signal) : readOutput(session, uri);
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    const code = MISSING.includes(error.code) ? RESOURCE_NOT_FOUND : ErrorCode.InvalidParams;
    throw new McpError(code, `${error.code}: ${error.message}. ${error.hint}`);
  }
}
