import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { type Environment, homeOf } from '../user-folders.ts';

/**
 * The folders outside of the system's own that a runtime needs at the same path inside a sandbox, none within another.
 * Null where that would show a sandbox more than the runtime: a home, or a folder that holds all kinds of things.
 * Where only the surroundings of the executable are too broad and it can do without, the executable alone is listed.
 */
export async function foldersOutsideSystem(
  executable: string,
  prefixes: readonly string[],
  options: { env: Environment; standsAlone: boolean },
): Promise<string[] | null> {
  // Homebrew's packages link to each other across their whole store, down to the dynamic loader.
  const store = /^(.+)\/Cellar\//.exec(executable)?.[1];
  const wanted = store === undefined ? await withLinkTargets(prefixes) : [store];
  const outside = wanted.filter((folder) => !isSystem(folder));
  const narrow = outside.filter((folder) => !isBroad(folder, options.env));
  if (narrow.length < outside.length && !options.standsAlone) return null;
  if (!isSystem(executable)) narrow.push(executable);
  return [...new Set(narrow)].filter((folder) => !narrow.some((other) => isInside(folder, other))).sort();
}

/** A prefix and what it links to elsewhere; what does not exist is left out. */
async function withLinkTargets(prefixes: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    prefixes.map(async (prefix) => {
      const real = await realpath(prefix).catch(() => null);
      if (real === null) return [];
      const inner = ['bin', 'lib', 'lib64', 'include', 'share'].map((name) => `${real}/${name}`);
      const targets = await Promise.all(inner.map(async (folder) => realpath(folder).catch(() => real)));
      return [prefix, real, ...targets.filter((target) => !isInside(target, real))];
    }),
  );
  return found.flat();
}

const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

function isSystem(file: string): boolean {
  return SYSTEM_FOLDERS.some((folder) => file === folder || isInside(file, folder));
}

function isBroad(folder: string, env: Environment): boolean {
  if (folder.split('/').filter(Boolean).length < 2 || path.dirname(folder) === '/home') return true;
  return [homeOf(env), homedir()].some((home) => {
    const shared = ['', '/.local', '/.local/share', '/.cache', '/.config'].map((name) => home + name);
    return shared.includes(folder) || isInside(home, folder);
  });
}

function isInside(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
