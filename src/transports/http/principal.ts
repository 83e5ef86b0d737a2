import type { IncomingMessage } from 'node:http';

/** Whoever sends a request. Sessions belong to the principal that opened them. */
export interface Principal {
  readonly name: string;
}

/** All clients of a server that asks for no credentials. */
export const ANYONE: Principal = { name: 'anyone' };

/** Finds out who sends a request. Undefined where it brings no valid credentials. */
export type Authenticate = (request: IncomingMessage) => Promise<Principal | undefined>;

const senders = new WeakMap<IncomingMessage, Principal>();

export function setSender(request: IncomingMessage, principal: Principal): void {
  senders.set(request, principal);
}

/** Who sends a request that has been authenticated. */
export function senderOf(request: IncomingMessage): Principal {
  const principal = senders.get(request);
  if (!principal) throw new Error('the request has not been authenticated');
  return principal;
}
