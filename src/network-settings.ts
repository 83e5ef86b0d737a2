import { list, oneOf, whole } from './setting-forms.ts';

const HOST_PATTERN = /^(\*|(\*\.)?[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,252})(:\d{1,5})?$/u;
const PRIVATE_HOST = /^([\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,252}|\[[\da-f:.]+\]):\d{1,5}$/iu;
const HOST_ADDRESS = /^[a-z\d_][a-z\d_.-]{0,252}=([\d.]+|[\da-f:.]*:[\da-f:.]+)$/i;

/** The settings of what sandboxes can reach. */
export const networkSettings = {
  network: oneOf(
    ['packages', 'none', 'hosts', 'full'],
    'packages',
    "What code in a sandbox can reach: the package registries that this machine's package managers are configured with; nothing; those and allow_hosts; any public host",
  ),
  allow_hosts: list(HOST_PATTERN, 1000, {
    items: 'host names, such as api.example.com, *.example.com, db.example.com:5432',
    description:
      'Hosts that code may reach as well, on ports 80 and 443 or the one that is named; not with network none',
  }),
  allow_private: list(PRIVATE_HOST, 100, {
    items: 'HOST:PORT, such as api.internal:8080 or 10.1.2.3:80',
    description: 'Hosts that code may reach although their addresses are private; not with network none',
  }),
  host_addresses: list(HOST_ADDRESS, 1000, {
    items: 'NAME=ADDRESS, such as api.local=127.0.0.1',
    description:
      'Addresses of names, for connections from sandboxes, in place of what the name servers of this machine say',
  }),
  network_connections: whole([1, 65_536], 256, {
    description: 'Connections of a sandbox to its network at one time',
  }),
  network_mib: whole([1, 1_073_741_824], 16_384, {
    description: 'What a sandbox may receive from the network, and what it may send, in its whole life',
    unit: 'MiB',
  }),
};

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
