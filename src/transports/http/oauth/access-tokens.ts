import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Logger } from '../../../logger.ts';
import { HttpFailure } from '../failure.ts';
import { type Authenticate, bearerOf, type Principal } from '../principal.ts';
import { IssuerKeys } from './issuer-keys.ts';
import type { ProtectedResource } from './protected-resource.ts';

/** Those with a key pair: with a shared secret, a public key could be taken for one. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** What else an issuer signs, such as the notice of a logout, says so in its header. */
const TYPES: readonly (string | undefined)[] = [undefined, 'jwt', 'at+jwt'];
const MAX_LENGTH = 8192;
/** How far the clocks of the issuer and of this machine may be apart. */
const CLOCK_TOLERANCE_S = 5;

/** Checks access tokens: JWTs that the issuer signed for this server. A good one without the scopes is a 403. */
export function accessTokens(resource: ProtectedResource, logger: Logger): Authenticate {
  const keys = new IssuerKeys(resource, logger);
  void keys.prepare();
  return async (request) => {
    const token = bearerOf(request);
    if (token === undefined || token.length > MAX_LENGTH) return undefined;
    try {
      const claims = await verify(token, resource, keys);
      const missing = resource.scopes.filter((scope) => !scopesOf(claims).includes(scope));
      if (missing.length > 0) throw insufficient(missing, resource, request.url);
      return principalOf(claims);
    } catch (error) {
      if (error instanceof HttpFailure) throw error;
      if (error instanceof errors.JOSEError)
        logger.debug('an access token was refused', { reason: error.message });
      // Such as a key of the issuer that is too short.
      else logger.warn('an access token could not be checked', { error });
      return undefined;
    }
  };
}

async function verify(token: string, resource: ProtectedResource, keys: IssuerKeys): Promise<JWTPayload> {
  const { issuer, audiences } = resource;
  // Before anything is fetched for it.
  if (decodeJwt(token).iss !== issuer) throw new errors.JWTInvalid('it is of another issuer');
  const { payload, protectedHeader } = await jwtVerify(token, (...wanted) => keys.find(...wanted), {
    algorithms: ALGORITHMS,
    issuer,
    audience: [...audiences],
    requiredClaims: ['exp', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_S,
  });
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
  if (!TYPES.includes(type)) throw new errors.JWTInvalid('its type is not that of an access token');
  // Who stole such a token could use it, if the key that it is bound to were not asked for.
  if (payload['cnf'] !== undefined) throw new errors.JWTInvalid('it is bound to a key of its client');
  return payload;
}

/** Unlike the name of any static token, which has no blank, and of any other subject, whose end its quotes show. */
function principalOf(claims: JWTPayload): Principal {
  const client = claims['client_id'] ?? claims['azp'];
  const { iss, sub } = claims;
  if (typeof sub !== 'string' || sub === '') throw new errors.JWTInvalid('its subject is no text');
  const parts = typeof client === 'string' ? [sub, client] : [sub];
  return { name: [iss, ...parts.map((part) => JSON.stringify(part))].join(' ') };
}

/** "scope" is that of RFC 9068, "scp" what other issuers write, as a list or as a text. */
function scopesOf(claims: JWTPayload): string[] {
  return [claims['scope'], claims['scp']].flat().flatMap((scopes) => {
    return typeof scopes === 'string' ? scopes.split(' ') : [];
  });
}

function insufficient(missing: readonly string[], resource: ProtectedResource, url = ''): HttpFailure {
  const challenge = resource.challenge(url.replace(/\?.*$/, ''), 'insufficient_scope');
  return new HttpFailure(403, `The access token lacks the scope ${missing.join(' ')}`, {
    headers: { 'WWW-Authenticate': challenge },
  });
}
