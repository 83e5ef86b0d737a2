import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { deadline } from '../processes/deadline.ts';
import { isPublic, mayBeRegistry } from './addresses.ts';
import { hostAndPort } from './host-names.ts';
import {
  allowPrivate,
  type Blocked,
  type HostPort,
  Policy,
  type PolicySettings,
  type Trust,
} from './policy.ts';
import { type Lookup, lookUpOnHost, Resolver } from './resolver.ts';

const CONNECT_DEADLINE_MS = 20_000;

/** The policy refuses it. */
export class BlockedError extends Error {
  override readonly name = 'BlockedError';
  readonly blocked: Blocked;

  constructor(blocked: Blocked) {
    super(`network: blocked ${blocked.target}; ${blocked.advice}`);
    this.blocked = blocked;
  }
}

/** It is allowed, and cannot be reached. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

export interface EgressSettings extends PolicySettings {
  /** "api.local=127.0.0.1". */
  hostAddresses: readonly string[];
}

/**
 * The way out of one sandbox: a name is resolved once, each of its addresses is checked, and what is connected
 * to is what was checked.
 */
export class Egress {
  readonly #policy: Policy;
  readonly #resolver: Resolver;

  /** `lookUp` is another one in tests only. */
  constructor(
    settings: EgressSettings,
    registries: () => Promise<readonly HostPort[]>,
    lookUp: Lookup = lookUpOnHost,
  ) {
    this.#policy = new Policy(settings, registries);
    this.#resolver = new Resolver(lookUp, fixedAddresses(settings.hostAddresses));
  }

  /** Ports on which connections by name are expected. */
  get ports(): number[] {
    return this.#policy.ports;
  }

  /** A connection, which the caller ends. Throws {@link BlockedError}, {@link UnreachableError}, or the signal's reason. */
  async connect(rawHost: string, port: number, signal: AbortSignal): Promise<Socket> {
    const verdict = await this.#policy.decide(rawHost, port);
    if (!verdict.isAllowed) throw new BlockedError(verdict.blocked);
    const { host, trust } = verdict;
    const target = hostAndPort(host, port);
    const addresses = isIP(host) === 0 ? await this.#resolve(host, signal) : [host];
    // Every one of them: a name that has a private address as well could be connected to there the next time.
    if (!addresses.every((address) => mayConnect(address, trust)))
      throw new BlockedError({ target, advice: allowPrivate(target) });
    try {
      return await open({ host, port, addresses }, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new UnreachableError(`${target} cannot be reached: ${codeOf(error)}`, { cause: error });
    }
  }

  /** Whether the name exists; undefined where it is not for us to ask, since no port of it is allowed. */
  async exists(host: string, signal: AbortSignal): Promise<{ blocked: Blocked } | boolean> {
    const blocked = await this.#policy.decideName(host);
    if (blocked) return { blocked };
    return await this.#resolve(host, signal).then(
      () => true,
      () => false,
    );
  }

  async #resolve(host: string, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await this.#resolver.resolve(host, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new UnreachableError(`${host} cannot be resolved: ${codeOf(error)}`, { cause: error });
    }
  }
}

function mayConnect(address: string, trust: Trust): boolean {
  if (isIP(address) === 0) return false;
  if (trust === 'private') return true;
  return isPublic(address) || (trust === 'registry' && mayBeRegistry(address));
}

async function open(
  { host, port, addresses }: HostPort & { addresses: readonly string[] },
  signal: AbortSignal,
): Promise<Socket> {
  const checked = addresses.map((address) => ({ address, family: isIP(address) }));
  // Node tries them as it would those of a name, without asking anybody.
  const lookup: LookupFunction = (_host, { all }, callback) => {
    const [first] = checked;
    if (all || !first) callback(null, checked);
    else callback(null, first.address, first.family);
  };
  const socket = connect({ host, port, lookup, allowHalfOpen: true, noDelay: true });
  try {
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    await deadline(connected, CONNECT_DEADLINE_MS, signal, 'it did not answer');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.on('error', () => undefined); // its end is what matters
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}

function fixedAddresses(entries: readonly string[]): Map<string, string[]> {
  const fixed = new Map<string, string[]>();
  for (const entry of entries) {
    const [name = '', address = ''] = entry.split('=');
    const key = name.toLowerCase();
    fixed.set(key, [...(fixed.get(key) ?? []), address]);
  }
  return fixed;
}
