import { closestMatch } from 'leven';
import { ConfigError, type Settings, settingsOf } from '../config.ts';
import { type CamelCase, toCamelCase } from '../setting-names.ts';
import { versionInEnvironment } from '../kernels/configured-version.ts';
import { type SettingName, SETTINGS } from '../settings.ts';
import { InvalidArgumentError } from './errors.ts';

/** What concerns the server only: who may connect, how many, and what a model is shown. */
const OF_THE_SERVER = [
  ...(['driver', 'http', 'host', 'port', 'auth_token_file', 'auth_tokens', 'public_url'] as const),
  ...(['oauth_issuer', 'oauth_jwks_url', 'oauth_audience', 'oauth_scopes'] as const),
  ...(['allowed_hosts', 'allowed_origins', 'request_timeout_ms', 'max_requests_per_minute'] as const),
  ...([
    'max_sessions_per_principal',
    'max_sandboxes_per_principal',
    'max_open_requests',
    'max_connections',
  ] as const),
  ...(['max_sessions', 'max_sandboxes', 'max_sandboxes_per_session', 'max_contexts_per_sandbox'] as const),
  ...(['queue_timeout_ms', 'idle_minutes', 'max_output_bytes', 'max_result_bytes'] as const),
  ...(['metrics', 'log_level'] as const),
  ...(['domain', 'protocol', 'api_key_file', 'api_key', 'image', 'entrypoint'] as const),
  ...(['use_server_proxy', 'expiry_seconds', 'call_timeout_ms', 'deployment_connections'] as const),
] satisfies readonly SettingName[];

/** Settings of a sandbox: those of the server that concern one, under their names in the library. */
export type SandboxSettings = {
  readonly [Name in Exclude<keyof Settings, CamelCase<(typeof OF_THE_SERVER)[number]>>]?:
    Settings[Name] | undefined;
};

/** Their names. */
export const SANDBOX_SETTINGS: readonly string[] = SETTINGS.filter(
  ({ name }) => !OF_THE_SERVER.some((other) => other === name),
).map(({ name }) => toCamelCase(name));

/** Checks settings; `env` can choose versions of runtimes, `driver` are settings of the driver. Throws {@link InvalidArgumentError}. */
export function readSettings(
  given: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
  { driver, otherOptions }: { driver: Readonly<Record<string, unknown>>; otherOptions: readonly string[] },
): Settings {
  const unknown = Object.keys(given).find((name) => !SANDBOX_SETTINGS.includes(name));
  if (unknown !== undefined) {
    const nearest = closestMatch(unknown, [...SANDBOX_SETTINGS, ...otherOptions]) ?? '';
    throw wrong(`unknown option ${unknown.slice(0, 100)}; nearest is ${nearest}`);
  }
  const versions = Object.fromEntries(
    (['python', 'node', 'java', 'go'] as const).map((kind) => [
      `${kind}Version`,
      versionInEnvironment(kind, env) ?? given[`${kind}Version`],
    ]),
  );
  try {
    return settingsOf({ ...given, ...versions, ...driver });
  } catch (error) {
    throw error instanceof ConfigError ? wrong(error.message) : error;
  }
}

function wrong(problem: string): InvalidArgumentError {
  const message = problem.replaceAll(/\b[a-z]+(_[a-z]+)+\b/g, toCamelCase);
  return new InvalidArgumentError('INVALID_ARGUMENT', `Sandbox.create: ${message}`, {
    hint: 'docs/library.md lists the options with their ranges.',
  });
}
