import {
  createRemoteJWKSet,
  type CryptoKey,
  customFetch,
  errors,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
} from 'jose';
import type { Logger } from '../../../logger.ts';
import { busy, type HttpFailure } from '../failure.ts';
import { fetchKeySet } from './issuer-documents.ts';
import type { ProtectedResource } from './protected-resource.ts';

/** For all that has to be fetched of the issuer at one time. */
const FETCH_DEADLINE_MS = 5000;
/** A key that is taken back is accepted that long. */
const MAX_AGE_MS = 600_000;
/** So often at most does a token with an unknown key id make the keys be fetched. */
const COOL_DOWN_MS = 30_000;
/** And so often where the issuer does not answer. */
const PAUSE_MS = 5000;

/** The public keys of the issuer: fetched when they are needed, kept for a while. */
export class IssuerKeys {
  readonly #resource: ProtectedResource;
  readonly #logger: Logger;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  #failedAtMs: number | undefined;

  constructor(resource: ProtectedResource, logger: Logger) {
    this.#resource = resource;
    this.#logger = logger.child({ issuer: resource.issuer });
    this.#keys = createRemoteJWKSet(new URL(resource.issuer), {
      timeoutDuration: FETCH_DEADLINE_MS,
      cacheMaxAge: MAX_AGE_MS,
      cooldownDuration: COOL_DOWN_MS,
      // Where the keys are is asked for again each time: that may change, too.
      [customFetch]: async (_issuer, { signal }) => await this.#fetch(signal),
    });
  }

  /** Throws a 503 where the keys cannot be had, and an error of jose where they are there without this one. */
  async find(header: JWTHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    try {
      return await this.#keys(header, token);
    } catch (error) {
      const isOfToken =
        error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
      throw isOfToken ? error : unavailable();
    }
  }

  /** Fetches them beforehand, so that the log says at once what is wrong. Never rejects. */
  async prepare(): Promise<void> {
    await this.#keys.reload().catch(() => undefined);
  }

  async #fetch(signal: AbortSignal): Promise<Response> {
    if (this.#failedAtMs !== undefined && Date.now() - this.#failedAtMs < PAUSE_MS) throw unavailable();
    try {
      const keys = await fetchKeySet(this.#resource, signal);
      if (this.#failedAtMs !== undefined) this.#logger.info('the OAuth issuer can be reached again');
      this.#failedAtMs = undefined;
      return Response.json(keys);
    } catch (error) {
      const message = 'the keys of the OAuth issuer cannot be fetched: access tokens get 503 without them';
      this.#logger[this.#failedAtMs === undefined ? 'error' : 'debug'](message, { error });
      this.#failedAtMs = Date.now();
      throw error;
    }
  }
}

function unavailable(): HttpFailure {
  return busy(503, 'The authorization server cannot be reached to check the access token', PAUSE_MS / 1000);
}
