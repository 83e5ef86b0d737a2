import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Addresses of version 4 that are nobody's on the internet, or not one host's. */
const RESERVED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Of version 6, hosts on the internet have addresses in 2000::/3 alone; these parts of it are something else. */
const GLOBAL_V6 = blockList(['2000::/3']);
const RESERVED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/**
 * Where clouds keep the credentials of their machines, all that is on the same link, what means no single host, and
 * addresses of version 4 in disguise: reached only where the user names the very host as private.
 */
const DELICATE = blockList([
  '0.0.0.0/8',
  '100.100.100.200/32',
  '169.254.0.0/16',
  '192.0.0.192/32',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  'fd00:ec2::/32',
  'fe80::/10',
  'ff00::/8',
]);

/** A list of its own, as Node takes every address of version 4 for one of these, too. */
const MAPPED = blockList(['::ffff:0:0/96']);

const RESERVED = blockList([...RESERVED_V4, ...RESERVED_V6]);

/** Whether it is some other host on the internet: not reserved for anything, and no address of this machine. */
export function isPublic(address: string): boolean {
  if (has(RESERVED, address) || ownAddresses().includes(address)) return false;
  return !isIPv6(address) || has(GLOBAL_V6, address);
}

/** Whether a registry of the host's configuration may have it. */
export function mayBeRegistry(address: string): boolean {
  return !has(DELICATE, address) && !(isIPv6(address) && has(MAPPED, address));
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
}

function has(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}
