import { isIP } from 'node:net';
import type { Settings } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import { Registries } from '../../registries/registries.ts';
import type { CreateSandbox } from './lifecycle.ts';

type NetworkPolicy = NonNullable<CreateSandbox['networkPolicy']>;

/**
 * What a sandbox may reach, as a deployment is told: nothing but the named hosts, which it knows by name only, without
 * ports. Undefined leaves it open.
 */
export async function networkPolicy(settings: Settings, logger: Logger): Promise<NetworkPolicy | undefined> {
  const { network, allowHosts } = settings;
  if (network === 'full') return undefined;
  const registries = network === 'none' ? [] : await registryHosts(settings, logger);
  const named = network === 'none' ? [] : allowHosts.map((host) => host.replace(/:\d+$/, ''));
  const hosts = [...new Set([...registries, ...named])].filter((host) => isIP(host) === 0);
  return { defaultAction: 'deny', egress: hosts.map((target) => ({ action: 'allow', target })) };
}

/** Those of this machine: what a deployment's own package managers are configured with is not known here. */
async function registryHosts(settings: Settings, logger: Logger): Promise<string[]> {
  await using registries = new Registries(settings, logger);
  return (await registries.hosts()).map(({ host }) => host);
}
