import { z } from 'zod';
import type { Environment } from '../user-folders.ts';
import { ask } from './host-command.ts';
import { readNetrc } from './netrc.ts';
import { type Credentials, type Registry, toRegistry } from './registry.ts';

export interface GoProxy {
  readonly registry: Registry;
  /** Whether the next one is asked after any failure, or only where this one does not have a module. */
  readonly isSkippedOnFailure: boolean;
}

/** Where the go command of the host takes modules from. */
export interface GoConfiguration {
  readonly proxies: readonly GoProxy[];
  /** GOSUMDB without a URL: what go in a sandbox is told. */
  readonly checksums: string;
  /** The database of checksums, asked where no proxy passes it on; undefined where it is off. */
  readonly checksumDatabase: { readonly name: string; readonly registry: Registry } | undefined;
  /** Patterns of modules that no proxy is asked for. */
  readonly neverFromProxies: string;
  /** Patterns of modules whose checksums are in no database. */
  readonly withoutChecksums: string;
}

const VARIABLES = ['GOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GONOPROXY'] as const;

const answerSchema = z.object({
  GOPROXY: z.string(),
  GOSUMDB: z.string(),
  GONOSUMDB: z.string(),
  GONOPROXY: z.string(),
});

/** Undefined where Go is not installed. */
export async function readGo(env: Environment, signal: AbortSignal): Promise<GoConfiguration | undefined> {
  const said = await ask(['go', 'env', '-json', ...VARIABLES], env, signal);
  if (said === undefined) return undefined;
  const answer = answerSchema.parse(JSON.parse(said));
  const credentials = await readNetrc(env);
  const [checksums = 'off', address] = answer.GOSUMDB.trim().split(/\s+/);
  const name = checksums.split('+')[0] ?? '';
  const registry = toRegistry('Go', address ?? `https://${name}`, credentials, {});
  return {
    proxies: toProxies(answer.GOPROXY, credentials),
    checksums: checksums === '' ? 'off' : checksums,
    checksumDatabase: ['off', ''].includes(checksums) || !registry ? undefined : { name, registry },
    neverFromProxies: answer.GONOPROXY === 'none' ? '' : answer.GONOPROXY,
    withoutChecksums: answer.GONOSUMDB,
  };
}

/** Up to `direct` or `off`: a sandbox reaches no version control. */
function toProxies(list: string, credentials: readonly Credentials[]): GoProxy[] {
  const proxies: GoProxy[] = [];
  for (const [, address = '', separator] of list.matchAll(/([^,|]+)([,|]?)/g)) {
    if (address.trim() === 'direct' || address.trim() === 'off') break;
    const registry = toRegistry('Go', address.trim(), credentials, {});
    if (registry !== undefined) proxies.push({ registry, isSkippedOnFailure: separator === '|' });
  }
  return proxies;
}

/** Whether a module's path, or its beginning, is one of the comma-separated patterns of GONOPROXY and its kin. */
export function matchesPatterns(patterns: string, modulePath: string): boolean {
  const elements = modulePath.split('/');
  return patterns.split(',').some((pattern) => {
    const glob = pattern.trim().replace(/\/+$/, '');
    if (glob === '') return false;
    const beginning = elements.slice(0, glob.split('/').length).join('/');
    const escaped = glob.replaceAll(/[\\^$.+{}()|]/g, '\\$&');
    try {
      return new RegExp(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`).test(beginning);
    } catch {
      return false; // as go does with a pattern that is none
    }
  });
}
