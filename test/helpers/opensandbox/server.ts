import { startServer, type TestServer } from '../server.ts';
import { API_KEY, type Deployment } from './deployment.ts';

/** A server whose sandboxes are on the deployment. */
export async function startRemoteServer(
  { domain }: Pick<Deployment, 'domain'>,
  args: readonly string[] = [],
): Promise<TestServer> {
  return await startServer(['--driver', 'opensandbox', '--domain', domain, ...args], {
    SANDCELL_API_KEY: API_KEY,
  });
}
