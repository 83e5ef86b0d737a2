import { readFile } from 'node:fs/promises';
import { parse } from 'ini';
import { z } from 'zod';
import type { Environment } from '../user-folders.ts';
import { ask } from './host-command.ts';
import {
  authorizationFor,
  basic,
  type Connection,
  type Credentials,
  type Registry,
  toRegistry,
} from './registry.ts';

/** Where npm of the host takes packages from. */
export interface NpmConfiguration {
  readonly registry: Registry | undefined;
  /** "@scope" → the registry of its packages, where that is another one. */
  readonly scopes: ReadonlyMap<string, Registry>;
}

const listSchema = z.looseObject({
  registry: z.string(),
  userconfig: z.string().nullish(),
  globalconfig: z.string().nullish(),
  cafile: z.string().nullish(),
  ca: z.union([z.string(), z.array(z.string())]).nullish(),
  'strict-ssl': z.boolean().nullish(),
  'https-proxy': z.union([z.string(), z.boolean()]).nullish(),
  proxy: z.union([z.string(), z.boolean()]).nullish(),
  noproxy: z.union([z.string(), z.array(z.string())]).nullish(),
});

type List = z.output<typeof listSchema>;

/** Undefined where npm is not installed. */
export async function readNpm(env: Environment, signal: AbortSignal): Promise<NpmConfiguration | undefined> {
  const said = await ask(['npm', 'config', 'list', '--long', '--json'], env, signal);
  if (said === undefined) return undefined;
  const list = listSchema.parse(JSON.parse(said));
  const connection = await connectionOf(list);
  const credentials = await readCredentials(list, env);
  const toNpm = (address: unknown): Registry | undefined =>
    typeof address === 'string'
      ? withOwnHost(toRegistry('npm', address, credentials, connection))
      : undefined;
  const scopes = Object.entries(list).flatMap(([key, value]) => {
    const scope = /^(@[^:/]+):registry$/.exec(key)?.[1];
    const registry = scope === undefined ? undefined : toNpm(value);
    return scope === undefined || registry === undefined ? [] : [[scope, registry] as const];
  });
  return { registry: toNpm(list.registry), scopes: new Map(scopes) };
}

/** npm sends a registry's credentials to all of its host, where that has none of its own. */
function withOwnHost(registry: Registry | undefined): Registry | undefined {
  const authorization = registry && authorizationFor(registry, registry.url);
  if (registry === undefined || authorization === undefined) return registry;
  const { credentials, url } = registry;
  const scope = `//${url.host}/`;
  if (credentials.some((known) => known.scope === scope)) return registry;
  return { ...registry, credentials: [...credentials, { scope, authorization }] };
}

async function connectionOf(list: List): Promise<Connection> {
  const file = list.cafile ? await readFile(list.cafile, 'utf8').catch(() => undefined) : undefined;
  const given = typeof list.ca === 'string' ? list.ca : list.ca?.join('\n');
  const noProxy = typeof list.noproxy === 'string' ? list.noproxy : list.noproxy?.join(',');
  return {
    ca: given ?? file,
    unverifiedHosts: list['strict-ssl'] === false ? ['*'] : undefined,
    proxy: [list['https-proxy'], list.proxy].find((value) => typeof value === 'string'),
    noProxy: noProxy === '' ? undefined : noProxy,
  };
}

/** npm does not show what is secret: read from its files and variables. Of several values the first counts. */
async function readCredentials(list: List, env: Environment): Promise<Credentials[]> {
  const files = [list.userconfig, list.globalconfig].filter((file) => typeof file === 'string');
  const contents = await Promise.all(files.map(async (file) => readSettings(file, env)));
  const variables = Object.entries(env).flatMap(([name, value]) => {
    const key = /^npm_config_(\/\/.*)$/i.exec(name)?.[1];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
  const bySetting = new Map([...contents.reverse().flat(), ...variables]);
  const scopes = new Set([...bySetting.keys()].map((key) => key.slice(0, key.lastIndexOf(':'))));
  return [...scopes].flatMap((scope) => {
    const authorization = toAuthorization((name) => bySetting.get(`${scope}:${name}`));
    return authorization === undefined ? [] : [{ scope: scope.replace(/\/*$/, '/'), authorization }];
  });
}

function toAuthorization(setting: (name: string) => string | undefined): string | undefined {
  const token = setting('_authToken');
  if (token !== undefined) return `Bearer ${token}`;
  const both = setting('_auth');
  if (both !== undefined) return `Basic ${both}`;
  const [user, password] = [setting('username'), setting('_password')];
  if (user === undefined || password === undefined) return undefined;
  return basic(user, Buffer.from(password, 'base64').toString('utf8'));
}

/** The settings of single registries (`//host/path/:name`) in a file of npm. */
async function readSettings(file: string, env: Environment): Promise<[string, string][]> {
  const content = await readFile(file, 'utf8').catch(() => '');
  return Object.entries(parse(content)).flatMap(([key, value]): [string, string][] => {
    if (typeof value !== 'string') return [];
    const name = expanded(key, env);
    return name.startsWith('//') ? [[name, expanded(value, env)]] : [];
  });
}

/** `${NAME}`, and `${NAME?}` which is empty where it is not set. */
function expanded(text: string, env: Environment): string {
  return text.replaceAll(/\$\{([^${}?]+)(\?)?\}/g, (whole, name: string, optional?: string) => {
    return env[name] ?? (optional === undefined ? whole : '');
  });
}
