import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  CompleteRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { loadConfig } from '../../src/config.ts';
import type { Logger } from '../../src/logger.ts';
import type { Connect } from '../../src/transports/http/connect.ts';
import { serveHttp } from '../../src/transports/http/http-server.ts';
import { addFixtures } from './fixtures.ts';

export interface FixtureServer extends AsyncDisposable {
  readonly url: string;
}

/** The product's own HTTP transports, in this process, with the suite's tools in place of Sandcell's. */
export async function startFixtureServer(): Promise<FixtureServer> {
  const config = loadConfig(['--http', '--port', '0'], {});
  if (config.command !== 'serve') throw new Error('it was told to serve');
  let url = '';
  const logger = logTo((message, fields) => {
    if (message === 'listening') url = String(fields?.['url']);
  });
  const server = await serveHttp({
    ...{ settings: config.settings, connect: connectFixtures, logger },
    ready: () => Promise.resolve(undefined),
  });
  return { url, [Symbol.asyncDispose]: () => server.stop() };
}

const connectFixtures: Connect = async (transport) => {
  const mcp = new McpServer(
    { name: 'fixtures', version: '0' },
    { capabilities: { logging: {}, completions: {}, resources: { subscribe: true } } },
  );
  addFixtures(mcp);
  for (const schema of [SubscribeRequestSchema, UnsubscribeRequestSchema, SetLevelRequestSchema]) {
    mcp.server.setRequestHandler(schema, () => ({}));
  }
  mcp.server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: ['value'] } }));
  await mcp.connect(transport);
  return {
    id: 'fixture',
    interrupt: () => undefined,
    close: () => mcp.close(),
  };
};

function logTo(info: Logger['info']): Logger {
  const silent = (): void => undefined;
  const logger: Logger = { error: silent, warn: silent, debug: silent, info, child: () => logger };
  return logger;
}
