import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type Environment, homeOf } from '../user-folders.ts';
import { ask } from './host-command.ts';
import { readNetrc } from './netrc.ts';
import { type Connection, type Credentials, type Registry, toRegistry } from './registry.ts';

/** Where pip of the host takes packages from. */
export interface PipConfiguration {
  /** The index, then the extra ones: all of them are asked. */
  readonly indexes: readonly Registry[];
  /** Folders of the host with packages in them: absolute paths. */
  readonly folders: readonly string[];
  /** Pages of the web with links to packages. */
  readonly pages: readonly Registry[];
}

/** pip's own words: its settings from files and variables, and the index that is built into it. */
const QUESTION = `
import ast, json, subprocess, sys
from pip._internal.models.index import PyPI
command = [sys.executable, '-m', 'pip', 'config', 'list']
lines = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode('utf-8', 'replace')
settings = {}
for line in lines.splitlines():
    name, _, value = line.partition('=')
    try:
        settings[name] = str(ast.literal_eval(value))
    except (SyntaxError, ValueError):
        pass
print(json.dumps({'index': PyPI.simple_url, 'settings': settings}))
`;

const answerSchema = z.strictObject({ index: z.string(), settings: z.record(z.string(), z.string()) });

type Answer = z.output<typeof answerSchema>;

/** The first of these that has pip is the one whose configuration counts. */
const PYTHONS = ['python3', 'python', '/usr/bin/python3'];

/** Undefined where no Python of the host has pip. */
export async function readPip(env: Environment, signal: AbortSignal): Promise<PipConfiguration | undefined> {
  for (const python of PYTHONS) {
    const said = await ask([python, '-c', QUESTION], env, signal);
    if (said !== undefined) return toConfiguration(answerSchema.parse(JSON.parse(said)), env);
  }
  return undefined;
}

async function toConfiguration(answer: Answer, env: Environment): Promise<PipConfiguration> {
  const setting = (name: string): string | undefined => {
    const places = [':env:', 'install', 'global'];
    return places.map((place) => answer.settings[`${place}.${name}`]).find((value) => value !== undefined);
  };
  const words = (name: string): string[] => (setting(name) ?? '').split(/\s+/).filter(Boolean);
  const connection = await connectionOf(setting, words('trusted-host'), env);
  const credentials = await readNetrc(env);
  const useIndex = !/^(1|true|yes|on|t|y)$/i.test(setting('no-index') ?? '');
  const addresses = useIndex ? [setting('index-url') ?? answer.index, ...words('extra-index-url')] : [];
  const links = words('find-links');
  return {
    indexes: toRegistries(addresses, credentials, connection),
    folders: links.flatMap((link) => toFolder(link, env)),
    pages: toRegistries(links, credentials, connection),
  };
}

function toRegistries(
  addresses: readonly string[],
  credentials: readonly Credentials[],
  connection: Connection,
): Registry[] {
  return addresses.flatMap((address) => toRegistry('pip', address, credentials, connection) ?? []);
}

async function connectionOf(
  setting: (name: string) => string | undefined,
  unverifiedHosts: readonly string[],
  env: Environment,
): Promise<Connection> {
  const bundle = setting('cert') ?? env['REQUESTS_CA_BUNDLE'] ?? env['CURL_CA_BUNDLE'];
  const [ca, client] = await Promise.all([contentOf(bundle, env), contentOf(setting('client-cert'), env)]);
  return {
    ...{ ca, unverifiedHosts, proxy: setting('proxy') },
    client: client === undefined ? undefined : { certificate: client, key: client },
  };
}

async function contentOf(file: string | undefined, env: Environment): Promise<string | undefined> {
  if (file === undefined || file === '') return undefined;
  return readFile(absolute(file, env), 'utf8').catch(() => undefined);
}

function toFolder(link: string, env: Environment): string[] {
  if (link.startsWith('file://'))
    return URL.canParse(link) ? [decodeURIComponent(new URL(link).pathname)] : [];
  const folder = absolute(link, env);
  return path.isAbsolute(folder) ? [folder] : [];
}

function absolute(file: string, env: Environment): string {
  return file.startsWith('~/') ? path.join(homeOf(env), file.slice(2)) : file;
}
