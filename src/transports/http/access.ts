import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Settings } from '../../config.ts';
import type { Limit } from '../../observer.ts';
import { busy, HttpFailure } from './failure.ts';
import type { ProtectedResource } from './oauth/protected-resource.ts';
import { ANYONE, type Authenticate, senderOf, setSender } from './principal.ts';
import { onEnd } from './request-end.ts';

const MINUTE_MS = 60_000;
/** Of one address, in a minute; a good token is taken beyond that, too. */
const MAX_REFUSALS = 60;
const RETRY_S = 1;

/**
 * Finds out who sends a request. An address that tries many wrong tokens is made to wait. `resource` leads clients to
 * where they can get a token.
 */
export function authentication(
  authenticate: Authenticate | undefined,
  resource: ProtectedResource | undefined,
): RequestHandler {
  const refusals = limitRate(MAX_REFUSALS, addressOf, 'refused_tokens');
  return async (request, response, next) => {
    const principal = authenticate ? await authenticate(request) : ANYONE;
    if (principal) {
      setSender(request, principal);
      next();
      return;
    }
    await refusals(request, response, (error?: unknown) => {
      next(error ?? unauthorized(request, resource));
    });
  };
}

/** Bounds how many requests one principal sends in a minute, and how many of them are open at once. */
export function requestLimits(
  settings: Pick<Settings, 'maxRequestsPerMinute' | 'maxOpenRequests'>,
): RequestHandler[] {
  return [
    limitRate(settings.maxRequestsPerMinute, keyOf, 'max_requests_per_minute'),
    limitOpen(settings.maxOpenRequests),
  ];
}

function unauthorized({ headers, path }: Request, resource: ProtectedResource | undefined): HttpFailure {
  const hasCredentials = headers.authorization !== undefined;
  const message = hasCredentials ? 'The bearer token is not valid' : 'A bearer token is required';
  const plain = hasCredentials ? 'Bearer error="invalid_token"' : 'Bearer';
  const challenge = resource?.challenge(path, hasCredentials ? 'invalid_token' : undefined) ?? plain;
  return new HttpFailure(401, message, { headers: { 'WWW-Authenticate': challenge } });
}

function limitRate(limit: number, keyGenerator: (request: Request) => string, name: Limit): RequestHandler {
  return rateLimit({
    windowMs: MINUTE_MS,
    limit,
    keyGenerator,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // What a proxy says of its clients is not looked at.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    handler: (_request, response, next) => {
      const after = Number(response.getHeader('Retry-After')) || MINUTE_MS / 1000;
      next(busy(429, `Over the limit of ${limit} requests in a minute`, after, name));
    },
  });
}

function limitOpen(max: number): RequestHandler {
  const open = new Map<string, number>();
  return (request, response, next) => {
    const sender = keyOf(request);
    const count = open.get(sender) ?? 0;
    if (count >= max) throw busy(429, `Over the limit of ${max} open requests`, RETRY_S, 'max_open_requests');
    open.set(sender, count + 1);
    onEnd(response, () => {
      const left = (open.get(sender) ?? 0) - 1;
      if (left > 0) open.set(sender, left);
      else open.delete(sender);
    });
    next();
  };
}

/** Whose limits a request counts against: the principal's, or the address's where everybody may come. */
function keyOf(request: Request): string {
  const principal = senderOf(request);
  return principal === ANYONE ? addressOf(request) : `principal ${principal.name}`;
}

function addressOf({ socket }: Request): string {
  return ipKeyGenerator(socket.remoteAddress ?? '');
}
