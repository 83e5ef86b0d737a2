import { z } from 'zod';

/** Longest timer that Node counts correctly is 2^31 - 1 ms; a week stays below it. */
const WEEK_MS = 7 * 24 * 3600 * 1000;

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

interface About {
  readonly description: string;
  readonly unit?: string;
}

interface Form {
  readonly kind: 'number' | 'list' | 'text';
  /** "an integer from 1 to 1024" */
  readonly allowed: string;
}

const abouts = z.registry<About & Form>();

/**
 * Every setting of the server: range, default, unit, meaning. Flags, SANDCELL_ variables, the keys of the config file,
 * `--help` and docs/configuration.md are all derived from here.
 */
export const settingsSchema = z.strictObject({
  driver: oneOf(['bubblewrap'], 'bubblewrap', 'What isolates the sandboxes'),
  network: oneOf(['none'], 'none', 'What code in a sandbox can reach: nothing outside it'),

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
  workspace_mib: whole([1, 1_048_576], 512, {
    description: 'Size of /workspace, which lives in memory',
    unit: 'MiB',
  }),
  workspace_files: whole([100, 100_000_000], 100_000, {
    description: 'Files and folders that /workspace can hold',
  }),
  tmp_mib: whole([1, 1_048_576], 256, { description: 'Size of /tmp, which lives in memory', unit: 'MiB' }),
  shm_mib: whole([1, 1_048_576], 64, { description: 'Size of /dev/shm, which lives in memory', unit: 'MiB' }),

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
  idle_minutes: fractional([0.01, 10_080], 30, {
    description: 'Time without a call after which the sandboxes of a session are removed',
    unit: 'minutes',
  }),

  preload: z
    .array(z.string().regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/))
    .max(64)
    .default([])
    .register(abouts, {
      kind: 'list',
      allowed: 'names of Python modules, such as numpy,pandas, 64 at most',
      description:
        'Python modules that a kernel has imported before its first cell, so that cells import them fast',
    }),
  python_version: version('Python', '3 or 3.11'),
  node_version: version('Node.js', '22 or 20.19'),
  java_version: version('Java', '25 or 17.0.15'),
  go_version: version('Go', '1.26 or 1.25.3'),
  go_strategy: oneOf(
    ['auto', 'stock'],
    'auto',
    'How Go cells are linked: auto prepares a prelinked toolchain on the first use of Go (about 2 minutes of one core and 250 MiB of disk, once) and uses it from then on; stock never does, and cells take about a second',
  ),

  log_level: oneOf(LOG_LEVELS, 'info', 'Least severe message that is written to stderr'),
});

function whole([min, max]: readonly [number, number], fallback: number, about: About) {
  const allowed = `an integer from ${min} to ${max}`;
  return z
    .int()
    .min(min)
    .max(max)
    .default(fallback)
    .register(abouts, { kind: 'number', allowed, ...about });
}

function fractional([min, max]: readonly [number, number], fallback: number, about: About) {
  const allowed = `a number from ${min} to ${max}`;
  return z
    .number()
    .min(min)
    .max(max)
    .default(fallback)
    .register(abouts, { kind: 'number', allowed, ...about });
}

function oneOf<const Value extends string>(
  values: readonly Value[],
  fallback: NoInfer<Value>,
  description: string,
) {
  const allowed = values.length > 1 ? `one of ${values.join(', ')}` : values.join();
  return z
    .enum(values)
    .default(() => fallback)
    .register(abouts, { kind: 'text', allowed, description });
}

function version(runtime: string, examples: string) {
  return z
    .string()
    .regex(/^\d+(\.\d+){0,2}$/)
    .optional()
    .register(abouts, {
      kind: 'text',
      allowed: `a version or its beginning, such as ${examples}`,
      description: `Version of ${runtime}, or its beginning, for contexts that do not ask for one`,
    });
}

export type SettingName = keyof typeof settingsSchema.shape;

/** One setting as people meet it. */
export interface Setting extends About, Form {
  readonly name: SettingName;
  /** "--memory-mib" */
  readonly flag: string;
  /** "SANDCELL_MEMORY_MIB" */
  readonly variable: string;
  readonly default: string | number | readonly string[] | undefined;
}

/** All settings, in the order of the schema. */
export const SETTINGS: readonly Setting[] = settingsSchema.keyof().options.map((name) => {
  const schema = settingsSchema.shape[name];
  const about = abouts.get(schema);
  if (about === undefined) throw new Error(`The setting ${name} has no description`);
  return {
    ...about,
    name,
    flag: `--${name.replaceAll('_', '-')}`,
    variable: `SANDCELL_${name.toUpperCase()}`,
    default: schema.parse(undefined),
  };
});
