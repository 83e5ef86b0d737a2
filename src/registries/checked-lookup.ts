import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { mayBeRegistry } from '../network/addresses.ts';
import { BAD_ANSWER, FrontError } from './front-error.ts';

/**
 * Resolves names as the machine does, for connections that are then made to these addresses. Links and redirects of a
 * registry lead wherever it likes, but not to where clouds keep the credentials of their machines.
 */
export const checkedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, [], 0);
      return;
    }
    const [first] = addresses;
    const isRefused = addresses.some(({ address }) => !mayBeRegistry(address));
    if (first === undefined || isRefused) callback(refusal(hostname), [], 0);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** Addresses in place of names, which nobody looks up. Throws a {@link FrontError}. */
export function checkLiteral({ hostname }: URL): void {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0 && !mayBeRegistry(address)) throw refusal(hostname);
}

function refusal(hostname: string): FrontError {
  return new FrontError(
    BAD_ANSWER,
    `a registry leads to ${hostname}, at an address where no registry can be`,
  );
}
