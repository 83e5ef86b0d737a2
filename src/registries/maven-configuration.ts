import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { type Environment, homeOf } from '../user-folders.ts';
import { ask } from './host-command.ts';
import {
  type MavenMirror,
  type MavenRepository,
  type MavenSettings,
  parseMavenSettings,
  parsePomRepositories,
} from './maven-settings.ts';
import { basic, type Connection, type Registry, toRegistry } from './registry.ts';

/** Where Maven of the host takes artifacts from, in the order in which they are asked. */
export interface MavenConfiguration {
  readonly repositories: readonly Registry[];
}

/** Undefined where Maven is not installed. */
export async function readMaven(
  env: Environment,
  signal: AbortSignal,
): Promise<MavenConfiguration | undefined> {
  const said = await ask(['mvn', '--version', '--batch-mode'], env, signal);
  const home = /^Maven home: (.+)$/m.exec(said ?? '')?.[1]?.trim();
  if (home === undefined) return undefined;
  const files = [path.join(homeOf(env), '.m2/settings.xml'), path.join(home, 'conf/settings.xml')];
  const contents = await Promise.all(files.map(async (file) => readFile(file, 'utf8').catch(() => '')));
  const settings = merged(contents.map((content) => parseMavenSettings(content, env)));
  const named = activeRepositories(settings);
  const builtIn = await builtInRepositories(path.join(home, 'lib'));
  const registries = [
    ...named,
    ...builtIn.filter(({ id }) => !named.some((known) => known.id === id)),
  ].flatMap((repository) => toMavenRegistry(repository, settings) ?? []);
  const byAddress = new Map(registries.toReversed().map((registry) => [registry.url.href, registry]));
  return { repositories: [...byAddress.values()].toReversed() };
}

/** The user's settings before those of the installation. */
function merged(all: readonly MavenSettings[]): MavenSettings {
  return {
    mirrors: all.flatMap(({ mirrors }) => mirrors),
    servers: all.flatMap(({ servers }) => servers),
    proxies: all.flatMap(({ proxies }) => proxies),
    profiles: all.flatMap(({ profiles }) => profiles),
    activeProfiles: all.flatMap(({ activeProfiles }) => activeProfiles),
  };
}

function activeRepositories({ profiles, activeProfiles }: MavenSettings): MavenRepository[] {
  const chosen = profiles.filter(({ id }) => activeProfiles.includes(id));
  const active = chosen.length > 0 ? chosen : profiles.filter(({ isDefault }) => isDefault);
  return active.flatMap(({ repositories }) => repositories);
}

/** Those of the POM that all others inherit from, which lies in a jar of Maven's. */
async function builtInRepositories(libraries: string): Promise<MavenRepository[]> {
  const names = await readdir(libraries).catch(() => []);
  const jar = names.find((name) => /^maven-model-builder-.*\.jar$/.test(name));
  if (jar === undefined) return [];
  const zip = await openPromise(path.join(libraries, jar), { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!/^org\/apache\/maven\/model\/pom-4\.\d+\.\d+\.xml$/.test(entry.fileName)) continue;
      return parsePomRepositories(await text(await zip.openReadStreamPromise(entry)));
    }
    return [];
  } finally {
    zip.close();
  }
}

function toMavenRegistry(repository: MavenRepository, settings: MavenSettings): Registry | undefined {
  const mirror = mirrorOf(repository, settings.mirrors);
  if (mirror?.blocked === 'true') return undefined;
  const { id, url } = mirror ?? repository;
  const server = settings.servers.find((entry) => entry.id === id);
  const registry = toRegistry('Maven', url, [], connectionOf(settings));
  if (registry === undefined || server?.username === undefined || server.password === undefined)
    return registry;
  const authorization = basic(server.username, server.password);
  return {
    ...registry,
    credentials: [{ scope: `//${registry.url.host}/`, authorization }, ...registry.credentials],
  };
}

/** One that names the repository comes before patterns. */
function mirrorOf(repository: MavenRepository, mirrors: readonly MavenMirror[]): MavenMirror | undefined {
  const exact = mirrors.find((mirror) => mirror.mirrorOf.trim() === repository.id);
  return exact ?? mirrors.find((mirror) => isMirrored(repository, mirror.mirrorOf.split(',')));
}

function isMirrored({ id, url }: MavenRepository, patterns: readonly string[]): boolean {
  const trimmed = patterns.map((pattern) => pattern.trim());
  if (trimmed.includes(`!${id}`)) return false;
  const isExternal = !/^(?:file:|https?:\/\/(?:localhost|127\.0\.0\.1)(?:[:/]|$))/.test(url);
  return trimmed.some((pattern) => {
    if (pattern === 'external:*') return isExternal;
    if (pattern === 'external:http:*') return isExternal && url.startsWith('http:');
    return pattern === '*' || pattern === id;
  });
}

function connectionOf({ proxies }: MavenSettings): Connection {
  const proxy = proxies.find(({ active }) => active === 'true');
  if (proxy === undefined) return {};
  const { host, port, username, password = '', nonProxyHosts } = proxy;
  const user =
    username === undefined ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
  return { proxy: `http://${user}${host}:${port}`, noProxy: nonProxyHosts?.replaceAll('|', ',') };
}
