import { z } from 'zod';

/** What each check is about. The names are stable; those marked are there only where a sandbox ran. */
export const CHECKS = {
  platform: 'The operating system and processor: Linux on x64 or arm64',
  node: 'The version of Node.js that runs the server',
  bubblewrap: 'bwrap, and whether it is new enough',
  commands: 'The other commands that sandboxes are started with',
  user_namespaces: 'Whether the settings of the kernel allow user namespaces',
  apparmor: 'Whether AppArmor keeps programs from using user namespaces',
  container: 'Whether this is a container, and what it lacks',
  sandbox: 'A real sandbox with a real cell, from start to end',
  core_pattern:
    'That code in the sandbox cannot set what the host runs when a program crashes (where a sandbox ran)',
  seccomp: 'That system calls are filtered and capabilities are gone (where a sandbox ran)',
  network: 'What code in the sandbox can reach (where a sandbox ran)',
  limits: 'How memory, processes and processor time of a sandbox are limited',
  runtime_python: 'Every installed Python',
  runtime_node: 'Every installed Node.js, for JavaScript and TypeScript',
  runtime_java: 'Every installed JDK, for Java',
  runtime_go: 'Every installed Go',
  runtime_bash: 'Every installed Bash',
  preparations: 'What kernels of compiled languages need to have been made once, and which of it is ready',
  preload: 'Whether the modules of the setting "preload" can be imported',
  cache_folder: 'Where what is known about runtimes is kept',
  runtime_folder: 'Where sockets and pipes of the sandboxes are',
  leftovers: 'What killed servers have left behind; it is removed',
} as const;

export type CheckName = keyof typeof CHECKS;

const checkNames = Object.keys(CHECKS) as [CheckName, ...CheckName[]]; // the keys of a literal, in its order

const checkSchema = z.strictObject({
  name: z.enum(checkNames),
  status: z.enum(['ok', 'warning', 'failure']),
  detail: z.string().describe('What was found; may be several lines'),
  fix: z.string().nullable().describe('What to do about it; null where the status is ok'),
});

/** What `sandcell doctor --json` prints. */
export const reportSchema = z.strictObject({
  version: z.string().describe('Version of Sandcell'),
  ok: z.boolean().describe('Whether no check failed; warnings are allowed'),
  checks: z.array(checkSchema).describe('In a fixed order; on other systems than Linux only the first two'),
  sandbox: z
    .strictObject({
      language: z.string(),
      version: z.string().describe('Version of the runtime'),
      start_ms: z.number().describe('From nothing to a sandbox'),
      first_result_ms: z.number().describe('From there to the result of a first cell'),
    })
    .nullable()
    .describe('The sandbox that was tried; null where none ran'),
  limits: z
    .strictObject({
      mode: z.enum(['cgroup-v1', 'cgroup-v2', 'prlimit']),
      memory: z.boolean().describe('Whether a sandbox as a whole is limited in it'),
      processes: z.boolean(),
      cpu: z.boolean(),
    })
    .nullable(),
  runtimes: z
    .array(
      z.strictObject({
        kind: z.enum(['python', 'node', 'java', 'go', 'bash']),
        version: z.string(),
        path: z.string(),
      }),
    )
    .describe('Newest first of each kind'),
});

export type Check = z.output<typeof checkSchema>;
export type Report = z.output<typeof reportSchema>;
/** What a check finds out; its name is put to it by whoever runs it. */
export type Finding = Omit<Check, 'name'>;

export function ok(detail: string): Finding {
  return { status: 'ok', detail, fix: null };
}

export function warning(detail: string, fix: string): Finding {
  return { status: 'warning', detail, fix };
}

export function failure(detail: string, fix: string): Finding {
  return { status: 'failure', detail, fix };
}
