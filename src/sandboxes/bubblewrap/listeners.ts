import type { ChildProcess } from 'node:child_process';
import { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { deadline } from '../../processes/deadline.ts';
import { defer } from '../../processes/deferred.ts';
import { words } from './anchor-arguments.ts';
import { launch } from './process.ts';

const LISTEN = fileURLToPath(new URL('../../../guests/network/listen.cjs', import.meta.url));
const DEADLINE_MS = 15_000;

const listening = z.strictObject({ port: z.int().min(1).max(65_535) });

export interface ListenSpec {
  /** The anchor's process whose network namespace it is. */
  target: number;
  ports: readonly number[];
  /** Host user of the sandbox; undefined where it is the server's own. */
  uid: number | undefined;
}

/**
 * Listens inside a sandbox's network namespace, on all its addresses. A short-lived process enters the namespace, listens,
 * and hands the sockets over, so that nothing of ours is left inside. Whoever gets the servers closes them: the namespace
 * lives as long as they do. Throws an Error with what was said.
 */
export async function listenInside(spec: ListenSpec, signal: AbortSignal): Promise<Map<number, Server>> {
  const { target, uid } = spec;
  const asOwner = ['nsenter', ...words(`-t ${String(target)} -U --preserve-credentials -n --`)];
  if (uid === undefined) return await ask(asOwner, spec, signal);
  try {
    // Root itself: the program of Node may lie where the sandbox's user cannot read.
    return await ask(
      ['nsenter', ...words(`-t ${String(target)} -n --`)],
      { ...spec, uid: undefined },
      signal,
    );
  } catch (error) {
    signal.throwIfAborted();
    // Root without the capability, as in some containers: as the owner of the namespace, then.
    return await ask(asOwner, spec, signal).catch(() => {
      throw error;
    });
  }
}

async function ask(
  enter: readonly string[],
  { ports, uid }: ListenSpec,
  signal: AbortSignal,
): Promise<Map<number, Server>> {
  const [command = '', ...args] = enter;
  // It must end with the server, which may be killed while sockets are on their way: Node does not notice then.
  const alone = words('setpriv --pdeathsig KILL --');
  const argv = [command, ...args, ...alone, process.execPath, LISTEN, ...ports.map(String)] as const;
  const child = launch({ argv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], uid });
  const servers = new Map<number, Server>();
  try {
    const what = 'nobody listened inside the sandbox';
    await deadline(handedOver(child, servers, ports.length), DEADLINE_MS, signal, what);
    return servers;
  } catch (error) {
    child.kill('SIGKILL');
    child.on('message', (_message, handle) => {
      if (handle instanceof Server) handle.close(); // it was on its way
    });
    for (const server of servers.values()) server.close();
    throw error;
  }
}

function handedOver(child: ChildProcess, servers: Map<number, Server>, count: number): Promise<undefined> {
  const { promise, resolve, reject } = defer<undefined>();
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(0, 4096);
  });
  child.on('message', (message, handle) => {
    const { data } = listening.safeParse(message);
    if (data === undefined || !(handle instanceof Server)) return;
    servers.set(data.port, takeOver(handle));
    if (servers.size === count) resolve(undefined);
  });
  child.once('error', reject);
  child.once('close', () => {
    reject(new Error(said.trim() || 'the listening process ended without a word'));
  });
  return promise;
}

/** Node would end our side of a connection as soon as the other one has nothing more to say. */
function takeOver(handed: Server): Server {
  const server = new Server({ allowHalfOpen: true, noDelay: true });
  server.listen(handed);
  server.unref();
  return server;
}
