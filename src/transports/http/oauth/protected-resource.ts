import { ConfigError, type Settings } from '../../../config.ts';
import { isLoopback } from '../addresses.ts';

/** Where the two transports are; to OAuth each is a resource. */
const PATHS = ['/mcp', '/sse'] as const;
type Path = (typeof PATHS)[number];

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const ANY_ADDRESS = ['0.0.0.0', '::'];

/** Where the metadata of this server is, and which resource it is about. The first is for clients that know no path. */
export const METADATA_PATHS: readonly (readonly [string, Path])[] = [
  [WELL_KNOWN, '/mcp'],
  ...PATHS.map((path) => [`${WELL_KNOWN}${path}`, path] as const),
];

/** Whose access tokens are taken; undefined where none are. Throws a ConfigError. */
export function oauthSettings(settings: Settings): OauthSettings | undefined {
  const { oauthIssuer, oauthJwksUrl, oauthAudience, oauthScopes, publicUrl, host } = settings;
  if (oauthIssuer === undefined) {
    if (oauthJwksUrl === undefined && oauthAudience === undefined && oauthScopes.length === 0)
      return undefined;
    throw new ConfigError('oauth_issuer is not set: the other oauth settings need it');
  }
  requireTls('oauth_issuer', oauthIssuer);
  if (oauthJwksUrl !== undefined) requireTls('oauth_jwks_url', oauthJwksUrl);
  if (publicUrl === undefined && ANY_ADDRESS.includes(host)) {
    throw new ConfigError(
      `oauth_issuer is set and host is ${host}, which is no address of a URL: set public_url to what clients reach this server by`,
    );
  }
  return { issuer: oauthIssuer, jwksUrl: oauthJwksUrl, audience: oauthAudience, scopes: oauthScopes };
}

export interface OauthSettings {
  readonly issuer: string;
  readonly jwksUrl: string | undefined;
  readonly audience: string | undefined;
  readonly scopes: readonly string[];
}

/** This server as OAuth 2.1 and RFC 9728 see it: a resource for which an authorization server issues access tokens. */
export class ProtectedResource {
  readonly issuer: string;
  /** Undefined where the issuer's own metadata names it. */
  readonly jwksUrl: string | undefined;
  /** An access token has to be for one of them. */
  readonly audiences: readonly string[];
  /** An access token has to have all of them. */
  readonly scopes: readonly string[];
  readonly #publicUrl: string;

  constructor({ issuer, jwksUrl, audience, scopes }: OauthSettings, publicUrl: string) {
    this.issuer = issuer;
    this.jwksUrl = jwksUrl;
    this.scopes = scopes;
    this.#publicUrl = publicUrl;
    this.audiences = audience === undefined ? PATHS.map((path) => `${publicUrl}${path}`) : [audience];
  }

  /** What a client needs to know to get a token. */
  metadata(path: Path): object {
    return {
      resource: `${this.#publicUrl}${path}`,
      authorization_servers: [this.issuer],
      ...(this.scopes.length > 0 && { scopes_supported: this.scopes }),
      bearer_methods_supported: ['header'],
      resource_name: 'Sandcell',
    };
  }

  /** A WWW-Authenticate header that leads a client of `path` to the metadata. */
  challenge(path: string, error?: 'invalid_token' | 'insufficient_scope'): string {
    const known = path === '/sse' || path === '/messages' ? '/sse' : '/mcp';
    const scope = this.scopes.join(' ');
    const parameters = [
      ...(error === undefined ? [] : [`error="${error}"`]),
      ...(scope === '' ? [] : [`scope="${scope}"`]),
      `resource_metadata="${this.#publicUrl}${WELL_KNOWN}${known}"`,
    ];
    return `Bearer ${parameters.join(', ')}`;
  }
}

/** Keys that came over plain HTTP could be anybody's. */
function requireTls(name: string, text: string): void {
  if (!URL.canParse(text)) throw new ConfigError(`${name} is ${text}: this is no URL`);
  if (isAcceptable(new URL(text))) return;
  throw new ConfigError(`${name} is ${text}: allowed is https, and http on loopback alone`);
}

/** Whether what comes from there can be trusted to come from there. */
export function isAcceptable({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
