import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Environment } from '../user-folders.ts';
import { installationsOf } from './runtime-installations.ts';
import type { RuntimeKind } from './runtimes.ts';

/** An executable that may be a runtime; nobody has run it yet. */
export interface Candidate {
  readonly kind: RuntimeKind;
  /** Real path: no symbolic links. */
  readonly executable: string;
  /** What folder and file are called, perhaps only the first components ("3.11"); null where they do not say. */
  readonly versionByName: string | null;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** Every candidate on this host, each real path once. Runs nothing. */
export async function findCandidates(kind: RuntimeKind, env: Environment): Promise<Candidate[]> {
  const paths = await Promise.all(installationsOf(kind, env).map(async (pattern) => expand(pattern)));
  const found = await Promise.all([...new Set(paths.flat())].map(async (file) => toCandidate(kind, file)));
  const byPath = new Map<string, Candidate>();
  for (const candidate of found) {
    if (candidate === null) continue;
    const known = byPath.get(candidate.executable);
    const says = (candidate.versionByName ?? '').length;
    if (known === undefined || says > (known.versionByName ?? '').length)
      byPath.set(candidate.executable, candidate);
  }
  return [...byPath.values()];
}

const EXECUTABLES: Readonly<Record<RuntimeKind, RegExp>> = {
  python: /^python3(\.\d+)?t?$/,
  node: /^node$/,
  java: /^java$/,
  go: /^go$/,
  bash: /^bash$/,
};

async function expand(pattern: string): Promise<string[]> {
  const star = pattern.indexOf('*');
  if (star === -1) return [pattern];
  const folder = pattern.slice(0, pattern.lastIndexOf('/', star));
  const end = pattern.indexOf('/', star);
  const prefix = pattern.slice(folder.length + 1, star);
  const rest = end === -1 ? '' : pattern.slice(end);
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.startsWith(prefix)).map((name) => `${folder}/${name}${rest}`);
}

async function toCandidate(kind: RuntimeKind, file: string): Promise<Candidate | null> {
  if (!EXECUTABLES[kind].test(path.basename(file))) return null;
  try {
    const executable = await realpath(file);
    const { size, mtimeMs, mode } = await stat(executable);
    if ((mode & 0o111) === 0) return null;
    const versionByName = nameOfVersion(file, executable);
    return { kind, executable, versionByName, sizeBytes: size, modifiedAtMs: mtimeMs };
  } catch {
    // Not there, a broken link, or a folder that this user may not enter.
    return null;
  }
}

/** The file's name ("python3.11") is never wrong; a folder's ("3.11.7", "cpython-3.11.7-linux") says more but may lie. */
function nameOfVersion(file: string, executable: string): string | null {
  const ofFile = /\d+\.\d+/.exec(path.basename(executable))?.[0] ?? null;
  const folders = path.dirname(path.dirname(file)).split('/').slice(-2).reverse();
  for (const name of folders) {
    // Java was 1.8 once, and Debian still says "java-1.17.0"; the module of a Go toolchain has a version of its own.
    const folder = name.replace(/^java-1\.(\d+)\.0/, 'java $1').replace(/^toolchain@v[\d.]+-/, '');
    const ofFolder = /\d+(\.\d+){1,2}((a|b|rc)\d+|-dev)?/.exec(folder)?.[0] ?? null;
    if (ofFolder !== null && (ofFile === null || `${ofFolder}.`.startsWith(`${ofFile}.`))) return ofFolder;
  }
  return ofFile;
}
