import type { Settings } from './config.ts';
import type { Logger } from './logger.ts';
import { type Observation, startObservation } from './observability/observation.ts';
import { createDriver } from './sandboxes/create-driver.ts';
import { Readiness } from './sandboxes/readiness.ts';
import { SandboxPool } from './sandboxes/sandbox-pool.ts';
import type { SandboxDriver } from './sandboxes/sandbox.ts';
import { createServer } from './server.ts';
import { SessionStore } from './sessions/session-store.ts';
import type { Connect } from './transports/http/connect.ts';
import type { MetricsPage } from './transports/http/metrics.ts';
import { serveStdio } from './transports/stdio.ts';

/** Whatever hangs, the process ends this long after it was told to. */
const SHUTDOWN_DEADLINE_MS = 5000;

interface Served {
  driver: SandboxDriver;
  pool: SandboxPool;
  observation: Observation;
  sessions: SessionStore;
  settings: Settings;
  logger: Logger;
}

/** Serves clients until `stopped` says why it ends, and leaves nothing behind. Throws a ConfigError where it cannot begin. */
export async function serve(settings: Settings, logger: Logger, stopped: Promise<string>): Promise<void> {
  const observation = await startObservation(settings, process.env, logger);
  const { observer } = observation;
  const driver = await createDriver(settings, logger, observer);
  const pool = new SandboxPool(driver, settings, logger, observer);
  const sessions = new SessionStore(settings, pool, observer);
  const served = { driver, pool, observation, sessions, settings, logger };
  await (settings.http ? serveMany(served, stopped) : serveOne(served, stopped));
  await sessions[Symbol.asyncDispose]();
  const flushed = observation[Symbol.asyncDispose](); // beside the rest, for which time is short
  await pool[Symbol.asyncDispose]();
  await driver[Symbol.asyncDispose]();
  await flushed;
}

async function serveOne({ driver, sessions, logger }: Served, stopped: Promise<string>): Promise<void> {
  const server = createServer(sessions.open(), logger);
  // Once the client is served: it may want no more than the list of tools.
  server.oninitialized = () => void driver.prepare();
  beginShutdown(await Promise.race([serveStdio(server).then(() => 'the client has gone'), stopped]), logger);
  await server.close();
}

/** Here and not above: express takes a tenth of a second to load, which a client over stdio would wait for. */
async function serveMany(served: Served, stopped: Promise<string>): Promise<void> {
  const { driver, settings, logger, observation } = served;
  const { serveHttp } = await import('./transports/http/http-server.ts');
  const readiness = new Readiness(driver, logger);
  const ready = (): Promise<string | undefined> => readiness.check();
  const { observer } = observation;
  const own = { connect: connector(served), ready, observer, metrics: metricsPage(served) };
  const server = await serveHttp({ settings, logger, ...own });
  beginShutdown(await stopped, logger);
  await server.stop();
}

function metricsPage({ observation: { metrics }, sessions, pool }: Served): MetricsPage | undefined {
  if (!metrics) return undefined;
  const render = (): Promise<string> => {
    const { size, contextLanguages } = sessions;
    return metrics.render({ sessions: size, sandboxes: pool.counts, contextLanguages });
  };
  return { contentType: metrics.contentType, render };
}

/** A session and its MCP server begin and end together, whichever of them ends first. */
function connector({ driver, sessions, logger }: Served): Connect {
  return async (transport, owner) => {
    const session = sessions.open(owner);
    const server = createServer(session, owner === undefined ? logger : logger.child({ owner }));
    let end: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      // One that fails to end is no reason to end those of others.
      end ??= sessions.close(session.id).catch((error: unknown) => {
        logger.error('a session did not end well', { session: session.id, error });
      });
      await end;
    };
    server.onclose = () => void close();
    server.oninitialized = () => void driver.prepare();
    try {
      await server.connect(transport);
    } catch (error) {
      await close();
      throw error;
    }
    return {
      id: session.id,
      interrupt: () => {
        session.interrupt();
      },
      close: async () => {
        try {
          await server.close();
        } finally {
          await close();
        }
      },
    };
  };
}

function beginShutdown(why: string, logger: Logger): void {
  logger.info('shutting down', { why });
  setTimeout(() => process.exit(1), SHUTDOWN_DEADLINE_MS).unref();
}
