import { access, realpath } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import { foldersOutsideSystem } from './runtime-folders.ts';
import type { Environment } from '../user-folders.ts';
import type { Candidate } from './runtime-places.ts';
import type { Runtime, RuntimeKind } from './runtimes.ts';
import { isAtLeast } from './versions.ts';

/** What a candidate said about itself when it was run. */
export interface RuntimeFacts {
  version: string;
  /** Folders under which it finds its own files. */
  prefixes: string[];
}

/** The oldest versions that the guests run on. */
export const MINIMUM_VERSIONS: Readonly<Record<RuntimeKind, string>> = {
  python: '3.9',
  node: '20.0',
  java: '17',
  go: '1.22',
  bash: '4.4',
};

/**
 * Runs the candidate once (12 ms for Python, less for others) and returns what it says about itself; null where it does
 * not start, fails, answers nonsense or is silent for {@link ANSWER_TIMEOUT_MS}.
 */
export async function askForFacts(candidate: Candidate, signal?: AbortSignal): Promise<RuntimeFacts | null> {
  const { executable, kind } = candidate;
  const argv = QUESTIONS[kind](executable);
  try {
    const limits = { timeoutMs: ANSWER_TIMEOUT_MS, signal, maxOutputBytes: 65_536 };
    const answer = await runCommand(argv, { ...limits, env: ENVIRONMENT });
    return answer.code === 0 ? ANSWERS[kind](answer.stdout, executable) : null;
  } catch {
    // Found but not startable: another machine's executable, a missing loader, no permission.
    signal?.throwIfAborted();
    return null;
  }
}

/** Makes the runtime of a candidate whose facts are known; null where it cannot be one. */
export async function toRuntime(
  candidate: Candidate,
  facts: RuntimeFacts,
  env: Environment,
): Promise<Runtime | null> {
  const { kind, executable } = candidate;
  if (!isAtLeast(facts.version, MINIMUM_VERSIONS[kind])) return null;
  if (kind === 'python' && (await isVirtualEnvironment(executable))) return null;
  if (kind === 'java' && !(await isDevelopmentKit(executable))) return null;
  const prefixes =
    kind === 'java' ? [...facts.prefixes, ...(await settingsOfJava(executable))] : facts.prefixes;
  const folders = await foldersOutsideSystem(executable, prefixes, {
    env,
    standsAlone: kind === 'node' || kind === 'bash',
  });
  return folders === null ? null : { kind, version: facts.version, executable, folders };
}

const ANSWER_TIMEOUT_MS = 5_000;

/** Go asks for a home before it says its version; it must neither read the user's settings nor fetch another Go. */
const ENVIRONMENT = { HOME: '/nonexistent', GOENV: 'off', GOTOOLCHAIN: 'local' };

const PYTHON_QUESTION =
  'import sys; print(sys.version.split()[0], sys.implementation.name, sys.prefix, sys.base_prefix, ' +
  "sys.exec_prefix, sep='\\0', end='')";

const QUESTIONS: Readonly<Record<RuntimeKind, (executable: string) => [string, ...string[]]>> = {
  // -S: without site-packages, which cost most of the start; -I: without the user's own settings.
  python: (executable) => [executable, '-I', '-S', '-c', PYTHON_QUESTION],
  node: (executable) => [executable, '--version'],
  // Its answer to --version has no home. -Xint starts a little faster, and without threads for compilers.
  java: (executable) => ['sh', '-c', 'exec "$0" -Xint -XshowSettings:properties -version 2>&1', executable],
  go: (executable) => [executable, 'env', 'GOVERSION', 'GOROOT'],
  bash: (executable) => [executable, '--norc', '--version'],
};

const ANSWERS: Readonly<Record<RuntimeKind, (stdout: string, executable: string) => RuntimeFacts | null>> = {
  python(stdout) {
    const [version = '', implementation, ...prefixes] = stdout.split('\0');
    // Guests need CPython: its traceback, code and signal internals.
    if (!/^3\.\d+\.\d+\S*$/.test(version) || implementation !== 'cpython') return null;
    return { version, prefixes: [...new Set(prefixes)] };
  },
  node(stdout, executable) {
    const version = /^v(\d+\.\d+\.\d+(-\S+)?)\s*$/.exec(stdout)?.[1];
    return version === undefined ? null : { version, prefixes: surroundings(executable) };
  },
  java(stdout) {
    const version = /^ +java\.version = (\d+(?:\.\d+){0,3}(?:[-+]\S+)?)$/m.exec(stdout)?.[1];
    const home = /^ +java\.home = (\/.+)$/m.exec(stdout)?.[1];
    return version === undefined || home === undefined ? null : { version, prefixes: [home] };
  },
  go(stdout) {
    const [, version, root] = /^go(\d+\.\d+\S*).*\n(\/.+)\n$/.exec(stdout) ?? [];
    return version === undefined || root === undefined ? null : { version, prefixes: [root] };
  },
  bash(stdout, executable) {
    const version = /^GNU bash, version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    return version === undefined ? null : { version, prefixes: surroundings(executable) };
  },
};

function prefixOf(executable: string): string {
  return path.dirname(path.dirname(executable));
}

function surroundings(executable: string): string[] {
  return path.basename(path.dirname(executable)) === 'bin' ? [prefixOf(executable)] : [];
}

/** Kernels need the compiler and JShell, which a runtime environment alone lacks. */
async function isDevelopmentKit(executable: string): Promise<boolean> {
  return await exists(['javac', 'jshell'].map((name) => path.join(path.dirname(executable), name)));
}

/** Debian keeps the files of `conf` below /etc and links to each. */
async function settingsOfJava(executable: string): Promise<string[]> {
  const file = path.join(prefixOf(executable), 'conf/security/java.security');
  const real = await realpath(file).catch(() => file);
  return real === file ? [] : [path.dirname(path.dirname(real))];
}

/** Python's own rule: `pyvenv.cfg` beside the executable or one folder above. */
async function isVirtualEnvironment(executable: string): Promise<boolean> {
  const places = [path.dirname(executable), prefixOf(executable)].map((folder) => `${folder}/pyvenv.cfg`);
  return (await Promise.all(places.map(async (file) => exists([file])))).includes(true);
}

/** Whether all of the files are there. */
async function exists(files: readonly string[]): Promise<boolean> {
  try {
    await Promise.all(files.map(async (file) => access(file)));
    return true;
  } catch {
    return false;
  }
}
