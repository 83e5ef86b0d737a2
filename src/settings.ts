import { z } from 'zod';
import { deploymentSettings } from './deployment-settings.ts';
import { httpSettings } from './http-settings.ts';
import { networkSettings } from './network-settings.ts';
import {
  type About,
  abouts,
  type Form,
  fractional,
  list,
  oneOf,
  text,
  version,
  whole,
} from './setting-forms.ts';

/** Longest timer that Node counts correctly is 2^31 - 1 ms; a week stays below it. */
const WEEK_MS = 7 * 24 * 3600 * 1000;

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

/**
 * Every setting of the server: range, default, unit, meaning. Flags, SANDCELL_ variables, the keys of the config file,
 * `--help` and docs/configuration.md are all derived from here.
 */
export const settingsSchema = z.strictObject({
  ...deploymentSettings,
  ...networkSettings,

  memory_mib: whole([64, 1_048_576], 1024, {
    description:
      'Memory of all processes of a sandbox together; what fills its file systems is counted on top, up to their own sizes',
    unit: 'MiB',
  }),
  processes: whole([32, 65_536], 256, {
    description: 'Processes and threads of a sandbox at one time',
  }),
  cpu_percent: whole([5, 25_600], 100, {
    description: 'Processor time of a sandbox; 100 is one core, 200 is two',
    unit: '% of a core',
  }),
  workspace: text(/^[^\0]+$/, 'the path of a folder, with :ro at its end for one that is only read', {
    description:
      'A folder of this machine that is /workspace of every sandbox, so that code works on your files; its size is not limited',
    unset: 'a folder of its own for each sandbox, in memory',
  }),
  workspace_mib: whole([1, 1_048_576], 512, {
    description:
      'Size of /workspace, which lives in memory where the setting workspace does not name a folder',
    unit: 'MiB',
  }),
  workspace_files: whole([100, 100_000_000], 100_000, {
    description: 'Files and folders that /workspace can hold',
  }),
  tmp_mib: whole([1, 1_048_576], 256, { description: 'Size of /tmp, which lives in memory', unit: 'MiB' }),
  home_mib: whole([1, 1_048_576], 1024, {
    description: 'Size of the home folder, which lives in memory and takes the packages that code installs',
    unit: 'MiB',
  }),
  shm_mib: whole([1, 1_048_576], 64, { description: 'Size of /dev/shm, which lives in memory', unit: 'MiB' }),

  download_cache_mib: whole([0, 16_777_216], 2048, {
    description:
      'Size of the packages that were downloaded for sandboxes and are kept on disk; the least recently used go first',
    unit: 'MiB',
  }),

  default_timeout_ms: whole([1, WEEK_MS], 45_000, {
    description:
      'Time limit of a cell that does not ask for one; below the 60 s that many clients wait for an answer',
    unit: 'ms',
  }),
  max_timeout_ms: whole([1, WEEK_MS], 3_600_000, {
    description: 'Longest time limit that a cell may ask for',
    unit: 'ms',
  }),

  // The upper ends keep one answer, which carries its output twice, below the 1 MB that clients accept.
  max_output_bytes: whole([1024, 131_072], 65_536, {
    description:
      'Shown of each of stdout and stderr of an execution: its beginning and end, with the left-out bytes counted',
    unit: 'bytes',
  }),
  max_result_bytes: whole([1024, 65_536], 16_384, {
    description: 'Shown of the result, and of the error, of an execution',
    unit: 'bytes',
  }),
  keep_output_mib: whole([1, 1024], 16, {
    description: 'Kept of the beginning of each of stdout and stderr, to be read as a resource',
    unit: 'MiB',
  }),
  keep_output_tail_mib: whole([1, 1024], 2, {
    description: 'Kept of the end of each of stdout and stderr, where the beginning is full',
    unit: 'MiB',
  }),

  max_contexts_per_sandbox: whole([1, 1024], 32, { description: 'Contexts that a sandbox may hold' }),
  max_sandboxes_per_session: whole([1, 1024], 4, { description: 'Sandboxes that a session may hold' }),
  max_sessions: whole([1, 65_536], 256, { description: 'Sessions of the whole server at one time' }),
  max_sandboxes: whole([1, 65_536], 256, { description: 'Sandboxes of the whole server at one time' }),
  max_sandboxes_per_principal: whole([1, 65_536], 128, {
    description: 'Sandboxes of one token at one time',
  }),
  queue_timeout_ms: whole([0, 50_000], 30_000, {
    description: 'Time that a call waits for a sandbox where other sessions have them all',
    unit: 'ms',
  }),
  idle_minutes: fractional([0.01, 10_080], 30, {
    description: 'Time without a call after which the sandboxes of a session are removed',
    unit: 'minutes',
  }),

  preload: list(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/, 64, {
    items: 'names of Python modules, such as numpy,pandas',
    description:
      'Python modules that a kernel has imported before its first cell, so that cells import them fast',
  }),
  python: text(/^[^\0]{1,4096}$/, 'the path of an interpreter or of a virtual environment', {
    description: 'Python of contexts that ask for no version, with its packages; it is seen, not changed',
    unset: 'the newest installed',
  }),
  python_version: version('Python', '3 or 3.11'),
  node_version: version('Node.js', '22 or 20.19'),
  java_version: version('Java', '25 or 17.0.15'),
  go_version: version('Go', '1.26 or 1.25.3'),
  go_strategy: oneOf(
    ['auto', 'stock'],
    'auto',
    'How Go cells are linked: auto prepares a prelinked toolchain on the first use of Go (about 90 s and 100 MiB of disk, once) and uses it from then on; stock never does, and cells take 0.1 to 0.3 s',
  ),

  ...httpSettings,
  metrics: oneOf(['off', 'on'], 'off', 'Prometheus metrics over HTTP, at /metrics'),
  log_level: oneOf(LOG_LEVELS, 'info', 'Least severe message that is written to stderr'),
});

export type SettingName = keyof typeof settingsSchema.shape;

/** One setting as people meet it. */
export interface Setting extends About, Form {
  readonly name: SettingName;
  /** "--memory-mib"; a secret has none. */
  readonly flag: string | undefined;
  /** "SANDCELL_MEMORY_MIB" */
  readonly variable: string;
  readonly default: string | number | boolean | readonly string[] | undefined;
}

/** All settings, in the order of the schema. */
export const SETTINGS: readonly Setting[] = settingsSchema.keyof().options.map((name) => {
  const schema = settingsSchema.shape[name];
  const about = abouts.get(schema);
  if (about === undefined) throw new Error(`The setting ${name} has no description`);
  return {
    ...about,
    name,
    flag: about.isSecret ? undefined : `--${name.replaceAll('_', '-')}`,
    variable: `SANDCELL_${name.toUpperCase()}`,
    default: schema.parse(undefined),
  };
});
