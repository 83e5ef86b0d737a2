import PQueue from 'p-queue';
import { SandboxError } from '../errors.ts';
import { RuntimeCache } from './runtime-cache.ts';
import { askForFacts, MINIMUM_VERSIONS, toRuntime } from './runtime-facts.ts';
import { findCandidates } from './runtime-places.ts';
import type { Environment } from '../user-folders.ts';
import type { Candidate } from './runtime-places.ts';
import { compareVersions, matchesVersion, mayMatchVersion } from './versions.ts';

/** A kind of installed toolchain that kernels run on. */
export type RuntimeKind = 'python' | 'node' | 'java' | 'go' | 'bash';

/** One installed toolchain. */
export interface Runtime {
  readonly kind: RuntimeKind;
  /** Full version, as the toolchain says it: "3.11.7". */
  readonly version: string;
  /** Absolute path of the executable on the host; the same path inside the sandbox. */
  readonly executable: string;
  /**
   * Host folders that must be visible at the same path inside the sandbox for it to run; empty where /usr is enough.
   * An executable that needs nothing beside it and stands among other things is listed itself, as a file.
   */
  readonly folders: readonly string[];
  /** A virtual environment of Python. */
  readonly isVirtual?: boolean;
}

export interface SearchOptions {
  signal?: AbortSignal | undefined;
  /** Where home, version managers and cache are; default `process.env`. */
  env?: Environment;
}

/**
 * The newest installed runtime, or the newest whose version begins with the components of `version`.
 * Throws a {@link SandboxError} `RUNTIME_NOT_FOUND` that lists what is installed.
 */
export async function selectRuntime(
  kind: RuntimeKind,
  version?: string,
  options: SearchOptions = {},
): Promise<Runtime> {
  const runtime = await defaultRuntime(kind, version, options);
  if (runtime !== undefined) return runtime;

  const found = await findRuntimes(kind, options);
  // A folder may be called after another version than the one that is in it.
  const misnamed = found.find((one) => matchesVersion(one.version, version ?? ''));
  if (misnamed !== undefined) return misnamed;
  const installed = [...new Set(found.map((one) => one.version))];
  const wanted = version === undefined ? NAMES[kind] : `${NAMES[kind]} ${version}`;
  const minimum = `${NAMES[kind]} ${MINIMUM_VERSIONS[kind]} or newer`;
  if (installed.length === 0) {
    throw new SandboxError(
      'RUNTIME_NOT_FOUND',
      `${wanted} is not installed on this machine, nor is any ${minimum}`,
      {
        hint: `Use another language, or install ${minimum} on the machine where the server runs.`,
      },
    );
  }
  throw new SandboxError(
    'RUNTIME_NOT_FOUND',
    `${wanted} is not installed; installed are ${installed.join(', ')}`,
    {
      hint: `Ask for one of these versions, or for none to get the newest. ${minimum} works.`,
    },
  );
}

/**
 * As {@link selectRuntime}, but undefined where there is none. Runs no executable but the ones that might win, and
 * those only when they have changed since they were last run.
 */
export async function defaultRuntime(
  kind: RuntimeKind,
  version = '',
  { signal, env = process.env }: SearchOptions = {},
): Promise<Runtime | undefined> {
  const waiting = (await findCandidates(kind, env))
    .filter((candidate) => mayMatchVersion(candidate.versionByName, version))
    .map((candidate) => ({
      candidate,
      version: candidate.versionByName,
      runtime: undefined as Runtime | undefined,
    }));
  for (;;) {
    // What is known of a version only in part counts as the highest, so it is asked before it is passed over.
    waiting.sort((a, b) => compareVersions(a.version, b.version));
    const best = waiting.shift();
    if (best === undefined || best.runtime !== undefined) return best?.runtime;
    const runtime = await verify(best.candidate, env, signal);
    if (runtime !== null && matchesVersion(runtime.version, version)) {
      waiting.push({ candidate: best.candidate, version: runtime.version, runtime });
    }
  }
}

/** Every installed runtime of the kind that works here, newest first. */
export async function findRuntimes(
  kind: RuntimeKind,
  { signal, env = process.env }: SearchOptions = {},
): Promise<Runtime[]> {
  const queue = new PQueue({ concurrency: 8 });
  const candidates = await findCandidates(kind, env);
  const found = await queue.addAll(candidates.map((candidate) => async () => verify(candidate, env, signal)));
  return found.filter((runtime) => runtime !== null).sort((a, b) => compareVersions(a.version, b.version));
}

const NAMES: Readonly<Record<RuntimeKind, string>> = {
  python: 'Python',
  node: 'Node.js',
  java: 'Java (a JDK)',
  go: 'Go',
  bash: 'Bash',
};

/** How long an executable that gave no good answer is left alone: the reason may be the load, or a missing library. */
const RETRY_AFTER_MS = 60_000;

/** What this process knows, for each environment it was asked about (one, outside of tests). */
const knowledge = new WeakMap<Environment, { cache: RuntimeCache; failedAtMs: Map<string, number> }>();

async function verify(
  candidate: Candidate,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<Runtime | null> {
  const known = knowledge.get(env) ?? { cache: new RuntimeCache(env), failedAtMs: new Map<string, number>() };
  knowledge.set(env, known);

  const cached = await known.cache.get(candidate);
  if (cached !== undefined) return toRuntime(candidate, cached, env);
  if (Date.now() - (known.failedAtMs.get(candidate.executable) ?? -Infinity) < RETRY_AFTER_MS) return null;

  const facts = await askForFacts(candidate, signal);
  if (facts === null) {
    known.failedAtMs.set(candidate.executable, Date.now());
    return null;
  }
  await known.cache.set(candidate, facts);
  return toRuntime(candidate, facts, env);
}
