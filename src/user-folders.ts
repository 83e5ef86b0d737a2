import { homedir } from 'node:os';
import path from 'node:path';

/** The environment that says where home, version managers and cache are; `process.env` outside of tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function homeOf(env: Environment): string {
  return env['HOME'] ?? homedir();
}

/** Where what is known between servers is kept; it need not exist. */
export function cacheFolder(env: Environment): string {
  return path.join(env['XDG_CACHE_HOME'] ?? path.join(homeOf(env), '.cache'), 'sandcell');
}
