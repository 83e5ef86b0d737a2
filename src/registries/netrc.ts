import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Environment, homeOf } from '../user-folders.ts';
import { basic, type Credentials } from './registry.ts';

/** Credentials of the user's netrc file, which pip and Go read; none where there is no such file. */
export async function readNetrc(env: Environment): Promise<Credentials[]> {
  const file = env['NETRC'] ?? path.join(homeOf(env), '.netrc');
  const content = await readFile(file, 'utf8').catch(() => '');
  // A macro goes on until an empty line, and may hold anything.
  const words = content
    .replaceAll(/^\s*macdef[^\n]*\n(?:[^\n]+\n)*/gm, '')
    .replaceAll(/(^|\s)#[^\n]*/g, '$1')
    .match(/\S+/g);
  return (words ?? [])
    .join(' ')
    .split(/(?:^| )(?=machine |default(?: |$))/)
    .flatMap(toCredentials);
}

function toCredentials(entry: string): Credentials[] {
  const words = entry.trim().split(' ');
  const valueOf = (key: string): string | undefined => {
    const index = words.indexOf(key);
    return index === -1 ? undefined : words[index + 1];
  };
  const [machine, login, password] = [valueOf('machine'), valueOf('login'), valueOf('password')];
  if (machine === undefined || login === undefined || password === undefined) return [];
  return [{ scope: `//${machine}:*/`, authorization: basic(login, password) }];
}
