export const HOST_PATTERN = /^(\*|(\*\.)?[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,252})(:\d{1,5})?$/u;
export const PRIVATE_HOST = /^([\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,252}|\[[\da-f:.]+\]):\d{1,5}$/iu;
export const HOST_ADDRESS = /^[a-z\d_][a-z\d_.-]{0,252}=([\d.]+|[\da-f:.]*:[\da-f:.]+)$/i;

interface NetworkSettings {
  network: 'packages' | 'none' | 'hosts' | 'full';
  allow_hosts: readonly string[];
  allow_private: readonly string[];
}

/** Naming hosts is asking for them: with `packages`, which is the default, they are allowed as with `hosts`. */
export function networkOf({ network, allow_hosts }: NetworkSettings): NetworkSettings['network'] {
  return network === 'packages' && allow_hosts.length > 0 ? 'hosts' : network;
}

/** The setting that allows what the network does not have. */
export function contradictionOf(all: NetworkSettings): 'allow_hosts' | 'allow_private' | undefined {
  if (all.network !== 'none') return undefined;
  return (['allow_hosts', 'allow_private'] as const).find((name) => all[name].length > 0);
}
