import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Observer } from '../observer.ts';
import { Egress } from './egress.ts';
import type { RegistryFront } from './registry-front.ts';
import { SandboxNetwork } from './sandbox-network.ts';

interface Parts {
  sandboxId: string;
  settings: Settings;
  logger: Logger;
  observer: Observer;
  registries: RegistryFront;
}

/** The network of one sandbox, as the settings want it. The caller disposes it. */
export function createSandboxNetwork({
  sandboxId,
  settings,
  logger,
  observer,
  registries,
}: Parts): SandboxNetwork {
  const onLimit = (limit: 'network_connections' | 'network_mib'): void => {
    observer.limitReached(limit);
    logger.info('a limit of the network was reached', { sandbox: sandboxId, limit });
  };
  const egress = new Egress(settings, () => registries.hosts());
  return new SandboxNetwork({ sandboxId, egress, registries, limits: settings, logger, onLimit });
}
