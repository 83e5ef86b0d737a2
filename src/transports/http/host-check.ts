import type { RequestHandler } from 'express';
import { isLoopback } from './addresses.ts';
import { HttpFailure } from './failure.ts';

/**
 * Refuses requests that a foreign web page could have made a browser send: those for a host name that is not this
 * server's (a name of the attacker's that now resolves to this machine), and those with the origin of another page.
 */
export function checkHosts(
  allowedHosts: readonly string[],
  allowedOrigins: readonly string[],
): RequestHandler {
  const hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  return (request, response, next) => {
    const { host, origin } = request.headers;
    const name = host === undefined ? undefined : hostName(host);
    const isOurs =
      name !== undefined &&
      (isLoopback(name) || hosts.has(name) || name === reachedAt(request.socket.localAddress));
    if (!isOurs) throw new HttpFailure(403, 'This Host is not allowed (allowed_hosts)');
    if (origin === undefined) next();
    else if (origins.has(origin.toLowerCase())) admitPage(origin, request, response, next);
    else if (isLocalPage(origin)) next();
    else throw new HttpFailure(403, 'This Origin is not allowed (allowed_origins)');
  };
}

/** A page that the settings name may read the answers too: its browser asks, without credentials, and before them. */
function admitPage(origin: string, ...[request, response, next]: Parameters<RequestHandler>): void {
  response.set({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'Mcp-Session-Id, Retry-After, WWW-Authenticate',
    Vary: 'Origin',
  });
  if (request.method !== 'OPTIONS') {
    next();
    return;
  }
  response
    .set({
      'Access-Control-Allow-Methods': 'GET, POST, DELETE',
      'Access-Control-Allow-Headers':
        'Authorization, Content-Type, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version',
      'Access-Control-Max-Age': '600',
    })
    .status(204)
    .end();
}

const HOST = /^(\[[\da-f:.]+\]|[a-z\d._-]+)(?::\d{1,5})?$/i;

/** Lower case; undefined where it is no host as browsers write it, with addresses in their short form. */
function hostName(host: string): string | undefined {
  const name = HOST.exec(host)?.[1]?.toLowerCase();
  if (name === undefined || !URL.canParse(`http://${name}`)) return undefined;
  return new URL(`http://${name}`).hostname === name ? name : undefined;
}

/** The address of ours that the client connected to, as a Host header has it. */
function reachedAt(address: string | undefined): string | undefined {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return plain === undefined ? undefined : hostName(plain.includes(':') ? `[${plain}]` : plain);
}

/** "null" and the like are of no known page. */
function isLocalPage(origin: string): boolean {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false;
  return isLoopback(new URL(origin).hostname);
}
