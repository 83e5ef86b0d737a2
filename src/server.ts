import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Settings } from './config.ts';
import type { Logger } from './logger.ts';
import { serveResources } from './resources/resources.ts';
import type { Session } from './sessions/session.ts';
import { TOOLS } from './tools/index.ts';
import { serveTools } from './tools/tool.ts';
import { VERSION } from './version.ts';

const INSTRUCTIONS =
  'Runs code in sandboxes on this machine. State lives on: what one run_code defines, the next one of the same context ' +
  'can use. Pass language alone for simple use; create_context gives further, separate states. If a result says ' +
  'state lost, define everything again. Files of a sandbox live in /workspace.';

const REFUSED = 'what else is tried is refused, and listed as blocked';
const NETWORK: Record<Settings['network'], string> = {
  none: 'Sandboxes have no network.',
  packages: `Of the network, sandboxes reach package registries only; ${REFUSED}.`,
  hosts: `Of the network, sandboxes reach package registries and the hosts that the user has allowed; ${REFUSED}.`,
  full: `Of the network, sandboxes reach public hosts by name, on ports 80 and 443; ${REFUSED}.`,
};

/** An MCP server for one session, with every tool and resource; connect it to one transport. */
export function createServer(session: Session, logger: Logger): Server {
  const server = new Server(
    { name: 'sandcell', title: 'Sandcell', version: VERSION },
    {
      capabilities: { tools: {}, resources: { subscribe: true, listChanged: true } },
      instructions: `${INSTRUCTIONS} ${NETWORK[session.settings.network]}`,
    },
  );
  const watch = serveResources(server, session);
  serveTools(server, TOOLS, session, {
    logger,
    afterChange: () => {
      watch.touch();
    },
  });
  return server;
}
