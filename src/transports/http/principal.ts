import type { IncomingMessage } from 'node:http';

/** Whoever sends a request. Sessions belong to the principal that opened them. */
export interface Principal {
  readonly name: string;
}

/** All clients of a server that asks for no credentials. */
export const ANYONE: Principal = { name: 'anyone' };

/** Finds out who sends a request. Undefined where it brings no valid credentials. */
export type Authenticate = (request: IncomingMessage) => Promise<Principal | undefined>;

/** Asks one after the other, until one knows the sender; undefined where there is none to ask. */
export function anyOf(ways: readonly (Authenticate | undefined)[]): Authenticate | undefined {
  const all = ways.filter((way) => way !== undefined);
  if (all.length === 0) return undefined;
  return async (request) => {
    for (const authenticate of all) {
      const principal = await authenticate(request);
      if (principal) return principal;
    }
    return undefined;
  };
}

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** The token that a request brings, unchecked. */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}

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
