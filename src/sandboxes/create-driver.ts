import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Observer } from '../observer.ts';
import type { SandboxDriver } from './sandbox.ts';

/** The driver that the settings name; only that one is loaded. Throws a ConfigError where its settings are wrong. */
export async function createDriver(
  settings: Settings,
  logger: Logger,
  observer: Observer,
): Promise<SandboxDriver> {
  if (settings.driver === 'bubblewrap') {
    const { BubblewrapDriver } = await import('./bubblewrap/driver.ts');
    return new BubblewrapDriver(settings, logger, observer);
  }
  const { deploymentOf } = await import('./opensandbox/deployment.ts');
  const { OpenSandboxDriver } = await import('./opensandbox/driver.ts');
  return new OpenSandboxDriver(settings, deploymentOf(settings), logger, observer);
}
