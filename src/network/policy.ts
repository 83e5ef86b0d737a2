import { hostAndPort, readHost } from './host-names.ts';

export type NetworkMode = 'packages' | 'hosts' | 'full';

export interface PolicySettings {
  network: NetworkMode | 'none';
  /** "api.example.com", "*.example.com", "db.example.com:5432", "*:8443". */
  allowHosts: readonly string[];
  /** "db.internal:5432", "10.1.2.3:80", "[fd00::1]:80". */
  allowPrivate: readonly string[];
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Which of a host's addresses may be connected to. */
export type Trust = 'public' | 'registry' | 'private';

/** A connection that was refused, as users are told of it. */
export interface Blocked {
  /** "api.example.com:443"; "api.example.com:*" where only the name was asked for. */
  readonly target: string;
  /** The rest of the sentence: what can be done about it. */
  readonly advice: string;
}

export type Verdict =
  | { readonly isAllowed: true; readonly host: string; readonly port: number; readonly trust: Trust }
  | { readonly isAllowed: false; readonly blocked: Blocked };

interface Rule {
  /** A name, "*.example.com" or "*". */
  readonly pattern: string;
  /** Undefined: the usual ones. */
  readonly port: number | undefined;
}

const USUAL_PORTS = [80, 443];

/** Says which hosts and ports code in sandboxes may connect to. Of names alone: addresses are looked at when they are known. */
export class Policy {
  readonly #rules: readonly Rule[];
  readonly #privates: readonly HostPort[];
  readonly #registries: () => Promise<readonly HostPort[]>;

  /** `registries` are asked for at each decision: more become known while the server runs. */
  constructor(settings: PolicySettings, registries: () => Promise<readonly HostPort[]>) {
    const everyone: readonly Rule[] = settings.network === 'full' ? [{ pattern: '*', port: undefined }] : [];
    this.#rules = [...everyone, ...settings.allowHosts.map(readRule)];
    this.#privates = settings.allowPrivate.map(readPrivate);
    this.#registries = registries;
  }

  /** Ports on which connections by name are expected. Those of registries are reached by the proxy alone. */
  get ports(): number[] {
    const named = [...this.#rules, ...this.#privates].flatMap(({ port }) => port ?? []);
    return [...new Set([...USUAL_PORTS, ...named])];
  }

  async decide(rawHost: string, port: number): Promise<Verdict> {
    const read = readHost(rawHost);
    if (read === undefined) return blocked(shown(rawHost, port), 'it is no host name');
    const { host, type } = read;
    const named = { isAllowed: true, host, port } as const;
    const isSame = (other: HostPort): boolean => other.host === host && other.port === port;
    if (this.#privates.some(isSame)) return { ...named, trust: 'private' };
    const target = hostAndPort(host, port);
    if (type === 'literal') return blocked(target, LITERAL);
    if ((await this.#registries()).some(isSame)) return { ...named, trust: 'registry' };
    const rules = this.#rules.filter(({ pattern }) => matches(pattern, host));
    if (rules.some((rule) => isPortOf(rule, port))) return { ...named, trust: 'public' };
    return blocked(target, allowHosts(USUAL_PORTS.includes(port) ? host : target));
  }

  /** What to say of a name that was asked for and never connected to; undefined where some port of it is allowed. */
  async decideName(host: string): Promise<Blocked | undefined> {
    const isSame = (other: HostPort): boolean => other.host === host;
    const isKnown =
      this.#privates.some(isSame) ||
      this.#rules.some(({ pattern }) => matches(pattern, host)) ||
      (await this.#registries()).some(isSame);
    return isKnown ? undefined : { target: `${host}:*`, advice: allowHosts(host) };
  }
}

const LITERAL = 'addresses are not connected to: use the name of the host';

/** The advice for a host whose addresses are not public. */
export function allowPrivate(target: string): string {
  return `it has a private address: allow it with --allow-private ${target}`;
}

function allowHosts(what: string): string {
  return `allow it with --allow-hosts ${what}`;
}

function blocked(target: string, advice: string): Verdict {
  return { isAllowed: false, blocked: { target, advice } };
}

/** Printable and short, whatever it was. */
function shown(host: string, port: number): string {
  return `${host.slice(0, 100).replaceAll(/[^\x21-\x7e]/g, '?')}:${String(port)}`;
}

function matches(pattern: string, host: string): boolean {
  if (pattern === '*' || pattern === host) return true;
  return pattern.startsWith('*.') && host.endsWith(pattern.slice(1)) && host.length >= pattern.length;
}

function isPortOf(rule: Rule, port: number): boolean {
  return rule.port === undefined ? USUAL_PORTS.includes(port) : rule.port === port;
}

function readRule(text: string): Rule {
  const { host, port } = split(text);
  if (host === '*') return { pattern: '*', port };
  const wildcard = host.startsWith('*.') ? '*.' : '';
  return { pattern: wildcard + canonical(host.slice(wildcard.length)), port };
}

function readPrivate(text: string): HostPort {
  const { host, port } = split(text);
  return { host: canonical(host), port: port ?? 443 };
}

function split(text: string): { host: string; port: number | undefined } {
  const [, host = text, port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  return { host, port: port === undefined ? undefined : Number(port) };
}

function canonical(host: string): string {
  return readHost(host)?.host ?? host;
}
