/** The package managers of the host, as messages name them. */
export type Manager = 'pip' | 'npm' | 'Go' | 'Maven';

/** A registry as the host's package manager is configured to use it. */
export interface Registry {
  readonly manager: Manager;
  /** Ends with a slash; without credentials, query and fragment. */
  readonly url: URL;
  readonly credentials: readonly Credentials[];
  readonly connection: Connection;
}

export interface Credentials {
  /** `//host/`, `//host:port/` or `//host:port/path/`; `//host:*\/` is every port. Of several that fit, the longest is used. */
  readonly scope: string;
  /** Value of the header of this name. */
  readonly authorization: string;
}

/** How the host is configured to connect. All of it is text; undefined is the default of the system. */
export interface Connection {
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly ca?: string | undefined;
  /** Certificate and key of the client, in PEM. */
  readonly client?: { readonly certificate: string; readonly key: string } | undefined;
  /** Hosts, or `host:port`, whose certificates are not checked; `*` is all of them. */
  readonly unverifiedHosts?: readonly string[] | undefined;
  /** In place of HTTP_PROXY and HTTPS_PROXY of the server. */
  readonly proxy?: string | undefined;
  /** In place of NO_PROXY of the server. */
  readonly noProxy?: string | undefined;
}

/**
 * From a URL of a configuration, whose credentials move to `credentials`. Undefined where it is not one of HTTP: what
 * is no URL, or a folder, cannot be served from.
 */
export function toRegistry(
  manager: Manager,
  address: string,
  credentials: readonly Credentials[],
  connection: Connection,
): Registry | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isHttp(url)) return undefined;
  const own = url.username === '' ? [] : [{ scope: `//${url.host}/`, authorization: basicOf(url) }];
  url.username = url.password = url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return { manager, url, credentials: [...own, ...credentials], connection };
}

export function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function basicOf({ username, password }: URL): string {
  return basic(decoded(username), decoded(password));
}

/** A percent sign that begins no escape is itself, as the package managers have it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What of a registry's credentials `url` is to be asked with. */
export function authorizationFor({ credentials }: Registry, url: URL): string | undefined {
  const folder = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
  const fits = ({ scope }: Credentials): boolean =>
    `//${url.host}${folder}`.startsWith(scope) || scope === `//${url.hostname}:*/`;
  const longestFirst = credentials.filter(fits).sort((a, b) => b.scope.length - a.scope.length);
  return longestFirst[0]?.authorization;
}

/** "registry.example.com:443" */
export function hostAndPort(url: URL): { host: string; port: number } {
  const fallback = url.protocol === 'https:' ? 443 : 80;
  return { host: url.hostname, port: url.port === '' ? fallback : Number(url.port) };
}
