import { isIPv4 } from 'node:net';

/**
 * Who is talking, by the loopback address that was connected to: each kernel of a sandbox has a number, from 1, and with it
 * 127.53.a.b for names and 127.80.a.b for the proxy. Hosts get addresses in 127.128.0.0/9.
 */
export const MAX_KERNEL_NUMBER = 0xff_ff;

export const DNS_PORT = 53;
export const PROXY_PORT = 80;

/** How many addresses there are for hosts. */
export const HOST_ADDRESSES = 1 << 23;

export function dnsAddress(kernel: number): string {
  return address(53, kernel);
}

export function proxyAddress(kernel: number): string {
  return address(80, kernel);
}

/** The address for host number `index`, below {@link HOST_ADDRESSES}. */
export function hostAddress(index: number): string {
  return address(128 + (index >> 16), index & 0xff_ff);
}

/** What a connection to this address is meant for; undefined for any other loopback address. */
export function readLoopback(
  local: string | undefined,
): { service: 'dns' | 'proxy'; kernel: number } | { service: 'host'; index: number } | undefined {
  if (local === undefined || !isIPv4(local)) return undefined;
  const [first = 0, second = 0, third = 0, fourth = 0] = local.split('.').map(Number);
  const rest = (third << 8) | fourth;
  if (first !== 127) return undefined;
  if (second === 53) return { service: 'dns', kernel: rest };
  if (second === 80) return { service: 'proxy', kernel: rest };
  return second >= 128 ? { service: 'host', index: ((second - 128) << 16) | rest } : undefined;
}

function address(second: number, rest: number): string {
  return `127.${String(second)}.${String(rest >> 8)}.${String(rest & 0xff)}`;
}
