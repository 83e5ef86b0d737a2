import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** A host as it is compared and connected to: never as somebody has spelled it. */
export interface Host {
  /** `literal`: an address, in whatever notation it came. */
  readonly type: 'name' | 'literal';
  /** Lower case, punycode, no trailing dot; an address without brackets and zone. */
  readonly host: string;
}

/** What never stands in a host name, and would mean something else to a parser of URLs. */
const FORBIDDEN = /[^\p{L}\p{M}\p{N}\p{S}._\u3002\uff0e\uff61-]/u;
const NAME = /^[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?(\.[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?)*$/;
const MAX_LENGTH = 253;

/** Undefined for what is neither a name nor an address. */
export function readHost(raw: string): Host | undefined {
  if (raw.length > 2 * MAX_LENGTH) return undefined;
  const [bare = ''] = (/^\[(.*)\]$/.exec(raw)?.[1] ?? raw).split('%');
  if (isIPv6(bare)) return { type: 'literal', host: bare.toLowerCase() };
  if (raw === '' || FORBIDDEN.test(raw)) return undefined;
  // As URLs are parsed: decimal, octal, hexadecimal and short forms of an address come out as the address.
  const host = domainToASCII(raw).replace(/\.$/, '');
  if (isIP(host) !== 0) return { type: 'literal', host };
  return NAME.test(host) && host.length <= MAX_LENGTH ? { type: 'name', host } : undefined;
}

/** "example.com:443", "[::1]:443". */
export function hostAndPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${String(port)}`;
}
