import { isIP } from 'node:net';
import { z } from 'zod';
import { deploymentSettings } from './deployment-settings.ts';
import { HOST_ADDRESS, HOST_PATTERN, PRIVATE_HOST } from './network-settings.ts';
import {
  type About,
  abouts,
  type Form,
  fractional,
  list,
  onOff,
  oneOf,
  text,
  version,
  whole,
} from './setting-forms.ts';

/** Longest timer that Node counts correctly is 2^31 - 1 ms; a week stays below it. */
const WEEK_MS = 7 * 24 * 3600 * 1000;

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

const HTTP_URL = /^https?:\/\/[^\s?#@]+$/i;

/**
 * Every setting of the server: range, default, unit, meaning. Flags, SANDCELL_ variables, the keys of the config file,
 * `--help` and docs/configuration.md are all derived from here.
 */
export const settingsSchema = z.strictObject({
  ...deploymentSettings,
  network: oneOf(
    ['packages', 'none', 'hosts', 'full'],
    'packages',
    "What code in a sandbox can reach: the package registries that this machine's package managers are configured with; nothing; those and allow_hosts; any public host",
  ),
  allow_hosts: list(HOST_PATTERN, 1000, {
    items: 'host names, such as api.example.com, *.example.com, db.example.com:5432',
    description:
      'Hosts that code may reach as well, on ports 80 and 443 or the one that is named; not with network none',
  }),
  allow_private: list(PRIVATE_HOST, 100, {
    items: 'HOST:PORT, such as api.internal:8080 or 10.1.2.3:80',
    description: 'Hosts that code may reach although their addresses are private; not with network none',
  }),
  host_addresses: list(HOST_ADDRESS, 1000, {
    items: 'NAME=ADDRESS, such as api.local=127.0.0.1',
    description:
      'Addresses of names, for connections from sandboxes, in place of what the name servers of this machine say',
  }),
  network_connections: whole([1, 65_536], 256, {
    description: 'Connections of a sandbox to its network at one time',
  }),
  network_mib: whole([1, 1_073_741_824], 16_384, {
    description: 'What a sandbox may receive from the network, and what it may send, in its whole life',
    unit: 'MiB',
  }),

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

  http: onOff('Serve many clients over HTTP, at /mcp and /sse, instead of one over stdin and stdout'),
  host: z
    .string()
    .refine((host) => host === 'localhost' || isIP(host) !== 0)
    .default('127.0.0.1')
    .register(abouts, {
      kind: 'text',
      allowed: 'an IP address of this machine, or localhost',
      description: 'Address that HTTP clients reach; one that is not loopback demands tokens or OAuth',
    }),
  port: whole([0, 65_535], 3917, {
    description: 'TCP port of HTTP; 0 takes a free one, which the log names',
  }),
  auth_token_file: text(/./, 'the path of a file with one NAME:TOKEN a line', {
    description: 'Bearer tokens of HTTP clients, one of which each request must bring',
    unset: 'none',
  }),
  auth_tokens: list(/^[\w.-]{1,64}:[\w.~+/-]{16,512}=*$/, 1000, {
    items: 'NAME:TOKEN, each token of 16 characters or more',
    description: 'The same as auth_token_file, given directly',
    isSecret: true,
  }),
  public_url: text(
    /^https?:\/\/[^/\s?#@]+$/i,
    'an origin without a path, such as https://sandcell.example.com',
    {
      description: 'What clients reach this server by; its host is answered like those of allowed_hosts',
      unset: 'http, host and port',
    },
  ),
  oauth_issuer: text(HTTP_URL, 'the URL of an authorization server, such as https://login.example.com', {
    description:
      'Authorization server whose access tokens (JWT) are taken, beside tokens of the other settings',
    unset: 'none',
  }),
  oauth_jwks_url: text(HTTP_URL, 'the URL of a JSON Web Key Set', {
    description: 'Where the public keys of the issuer are',
    unset: 'what the metadata of the issuer says',
  }),
  oauth_audience: text(/^[\x21-\x7e]{1,512}$/, 'a text without blanks', {
    description: 'Audience that an access token must be for',
    unset: 'public_url with /mcp or /sse',
  }),
  oauth_scopes: list(/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}$/, 100, {
    items: 'scopes, such as sandcell:run',
    description: 'Scopes that an access token must have, all of them',
  }),
  allowed_hosts: list(/^(\[[\da-f:.]+\]|[a-z\d.-]+)$/i, 100, {
    items: 'host names without a port, such as sandcell.example.com',
    description: 'Names in a Host header that are answered, beside loopback and the address that was reached',
  }),
  allowed_origins: list(/^[a-z][a-z\d+.-]*:\/\/[^/\s]+$/i, 100, {
    items: 'origins, such as https://app.example.com',
    description: 'Web pages whose requests are answered, beside those of this machine',
  }),
  request_timeout_ms: whole([100, 3_600_000], 30_000, {
    description: 'Time in which an HTTP request must have arrived, body and all',
    unit: 'ms',
  }),
  max_requests_per_minute: whole([1, 1_000_000], 6000, {
    description: 'HTTP requests of one token, or of one address where no tokens are set',
  }),
  max_connections: whole([1, 65_536], 4096, {
    description: 'TCP connections of HTTP clients at one time; one more is closed',
  }),
  max_sessions_per_principal: whole([1, 65_536], 64, {
    description: 'Sessions of one token at one time',
  }),
  max_open_requests: whole([1, 65_536], 1024, {
    description: 'Unanswered HTTP requests and open streams of one token, or of one address',
  }),

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
