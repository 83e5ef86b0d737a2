import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { ConfigError, type Settings } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import { type Authenticate, bearerOf, type Principal } from './principal.ts';

const ENTRY = /^([\w.-]{1,64}):([\w.~+/-]{16,512}=*)$/;

/** Checks static tokens; undefined where none are set. Throws a ConfigError that repeats no token. */
export function bearerTokens(settings: Settings, logger: Logger): Authenticate | undefined {
  const { authTokens, authTokenFile } = settings;
  const entries = authTokens.map((entry, index) => ({ entry, place: `auth_tokens, entry ${index + 1}` }));
  if (authTokenFile !== undefined) entries.push(...readTokenFile(authTokenFile, logger));
  if (entries.length === 0) return undefined;
  const principals = new Map<string, Principal>();
  const names = new Set<string>();
  for (const { entry, place } of entries) {
    const [, name = '', token = ''] = ENTRY.exec(entry) ?? wrong(place, 'is not NAME:TOKEN');
    const key = digest(token);
    if (names.has(name)) wrong(place, `has the name ${name}, as another one`);
    if (principals.has(key)) wrong(place, 'has the token of another one');
    names.add(name);
    principals.set(key, { name });
  }
  // Looked up by its hash: how long that takes says nothing about the token.
  return (request) => {
    const token = bearerOf(request);
    return Promise.resolve(token === undefined ? undefined : principals.get(digest(token)));
  };
}

function readTokenFile(path: string, logger: Logger): { entry: string; place: string }[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    if ((statSync(path).mode & 0o007) !== 0)
      logger.warn('every user of this machine can read the file of tokens', { path });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? `, ${String(error.code)}` : '';
    throw new ConfigError(`auth_token_file is "${path}": it cannot be read${why}`, { cause: error });
  }
  const lines = text.split('\n').map((line, index) => {
    return { entry: line.trim(), place: `auth_token_file, line ${index + 1}` };
  });
  const entries = lines.filter(({ entry }) => entry !== '' && !entry.startsWith('#'));
  if (entries.length === 0) throw new ConfigError(`auth_token_file is "${path}": it has no token`);
  return entries;
}

function wrong(place: string, what: string): never {
  throw new ConfigError(
    `${place} ${what}: allowed is NAME:TOKEN, a name of letters, digits, dots, dashes and underscores, and a token of 16 characters or more`,
  );
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
