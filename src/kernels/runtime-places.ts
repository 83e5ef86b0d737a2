import { readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { RuntimeKind } from './runtimes.ts';

/** The environment that says where home, version managers and cache are; `process.env` outside of tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

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
  const paths = await Promise.all(placesOf(kind, env).map(async (pattern) => expand(pattern)));
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

export function homeOf(env: Environment): string {
  return env['HOME'] ?? homedir();
}

const EXECUTABLES: Readonly<Record<RuntimeKind, RegExp>> = {
  python: /^python3(\.\d+)?t?$/,
  node: /^node$/,
  bash: /^bash$/,
};

const CONDA_FOLDERS = ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba'];

/** Absolute paths in which `*` stands for any part of one component. */
function placesOf(kind: RuntimeKind, env: Environment): string[] {
  const home = homeOf(env);
  const data = env['XDG_DATA_HOME'] ?? `${home}/.local/share`;
  const asdf = `${env['ASDF_DATA_DIR'] ?? `${home}/.asdf`}/installs`;
  const mise = `${env['MISE_DATA_DIR'] ?? `${data}/mise`}/installs`;
  const rye = `${env['RYE_HOME'] ?? `${home}/.rye`}/py`;
  const brew = env['HOMEBREW_PREFIX'] ?? '/home/linuxbrew/.linuxbrew';
  switch (kind) {
    case 'python':
      return [
        '/usr/bin/python3*',
        '/usr/local/bin/python3*',
        '/opt/python*/bin/python3',
        '/opt/python/*/bin/python3',
        `${env['PYENV_ROOT'] ?? `${home}/.pyenv`}/versions/*/bin/python3`,
        `${env['UV_PYTHON_INSTALL_DIR'] ?? `${data}/uv/python`}/*/bin/python3`,
        `${asdf}/python/*/bin/python3`,
        `${mise}/python/*/bin/python3`,
        `${rye}/*/bin/python3`,
        `${rye}/*/install/bin/python3`,
        `${brew}/bin/python3*`,
        ...CONDA_FOLDERS.flatMap((name) => [`${home}/${name}`, `/opt/${name}`]).flatMap((root) => [
          `${root}/bin/python3`,
          `${root}/envs/*/bin/python3`,
        ]),
      ];
    case 'node':
      return [
        `${path.dirname(process.execPath)}/node`,
        '/usr/bin/node',
        '/usr/local/bin/node',
        '/opt/node*/bin/node',
        `${env['NVM_DIR'] ?? `${home}/.nvm`}/versions/node/*/bin/node`,
        `${env['FNM_DIR'] ?? `${data}/fnm`}/node-versions/*/installation/bin/node`,
        `${env['VOLTA_HOME'] ?? `${home}/.volta`}/tools/image/node/*/bin/node`,
        `${asdf}/nodejs/*/bin/node`,
        `${mise}/node/*/bin/node`,
        `${env['N_PREFIX'] ?? '/usr/local'}/n/versions/node/*/bin/node`,
        `${brew}/bin/node`,
        `${brew}/opt/node@*/bin/node`,
      ];
    case 'bash':
      return ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', `${brew}/bin/bash`];
  }
}

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
  for (const folder of folders) {
    const ofFolder = /\d+(\.\d+){1,2}((a|b|rc)\d+|-dev)?/.exec(folder)?.[0] ?? null;
    if (ofFolder !== null && (ofFile === null || `${ofFolder}.`.startsWith(`${ofFile}.`))) return ofFolder;
  }
  return ofFile;
}
