import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { Environment } from '../user-folders.ts';

/** Of settings.xml, what says where artifacts come from. Lists are in the order of the file. */
const optionalText = z.string().optional();
const repositorySchema = z.object({ id: z.string(), url: z.string() });
const repositoriesSchema = z.array(z.unknown()).default([]);

const profileSchema = z.object({
  id: optionalText,
  activation: z.object({ activeByDefault: optionalText }).optional().catch(undefined),
  repositories: repositoriesSchema,
  pluginRepositories: repositoriesSchema,
});

const mirrorSchema = z.object({
  id: optionalText,
  mirrorOf: z.string(),
  url: z.string(),
  blocked: optionalText,
});

const serverSchema = z.object({ id: z.string(), username: optionalText, password: optionalText });

const proxySchema = z.object({
  active: z.string().default('true'),
  host: z.string(),
  port: z.string().default('8080'),
  username: optionalText,
  password: optionalText,
  nonProxyHosts: optionalText,
});

export type MavenRepository = z.output<typeof repositorySchema>;
export type MavenMirror = z.output<typeof mirrorSchema>;

export interface MavenSettings {
  readonly mirrors: readonly MavenMirror[];
  readonly servers: readonly z.output<typeof serverSchema>[];
  readonly proxies: readonly z.output<typeof proxySchema>[];
  readonly profiles: readonly { id: string; isDefault: boolean; repositories: readonly MavenRepository[] }[];
  readonly activeProfiles: readonly string[];
}

/** Elements that may occur several times, and those around them. */
const LISTS: Readonly<Record<string, string>> = {
  mirrors: 'mirror',
  servers: 'server',
  proxies: 'proxy',
  profiles: 'profile',
  activeProfiles: 'activeProfile',
  repositories: 'repository',
  pluginRepositories: 'pluginRepository',
};

const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true, trimValues: true });

/** Of an XML document, with `${env.NAME}` filled in. Throws where it is no XML. */
export function parseMavenSettings(xml: string, env: Environment): MavenSettings {
  const root = (parser.parse(xml) as Record<string, unknown>)['settings']; // what it is, is looked at below
  const list = (name: string): unknown[] => listIn(filledIn(root, env), name);
  const profiles = list('profiles').map((entry) => {
    const lists = {
      repositories: listIn(entry, 'repositories'),
      pluginRepositories: listIn(entry, 'pluginRepositories'),
    };
    return { ...(isRecord(entry) ? entry : {}), ...lists };
  });
  return {
    mirrors: valid(mirrorSchema, list('mirrors')),
    servers: valid(serverSchema, list('servers')),
    proxies: valid(proxySchema, list('proxies')),
    profiles: valid(profileSchema, profiles).map(
      ({ id = '', activation, repositories, pluginRepositories }) => ({
        id,
        isDefault: activation?.activeByDefault === 'true',
        repositories: valid(repositorySchema, [...repositories, ...pluginRepositories]),
      }),
    ),
    activeProfiles: valid(z.string(), list('activeProfiles')),
  };
}

/** The repositories that a POM names; the one that Maven brings has those that need no settings. */
export function parsePomRepositories(xml: string): MavenRepository[] {
  const root = (parser.parse(xml) as Record<string, unknown>)['project']; // what it is, is looked at below
  return valid(repositorySchema, [...listIn(root, 'repositories'), ...listIn(root, 'pluginRepositories')]);
}

/** The elements of a list: the parser gives one alone, several as an array. */
function listIn(parent: unknown, name: string): unknown[] {
  const list = isRecord(parent) ? parent[name] : undefined;
  const elements = isRecord(list) ? list[LISTS[name] ?? ''] : undefined;
  if (elements === undefined) return [];
  return Array.isArray(elements) ? elements : [elements];
}

/** Entries in another form are as if they were not there. */
function valid<Schema extends z.ZodType>(schema: Schema, entries: readonly unknown[]): z.output<Schema>[] {
  return entries.flatMap((entry) => {
    const parsed = schema.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

function filledIn(value: unknown, env: Environment): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{env\.([^}]+)\}/g, (whole, name: string) => env[name] ?? whole);
  if (Array.isArray(value)) return value.map((entry) => filledIn(entry, env));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, filledIn(entry, env)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
