import { z } from 'zod';
import type { Settings } from '../config.ts';
import { checked, envSchema, millisecondsSchema, signalSchema } from './arguments.ts';
import type { CallOptions } from './codes.ts';
import { ConnectionConfig, type ConnectionOptions, connectionSettings } from './connection-config.ts';
import { InvalidArgumentError } from './errors.ts';
import type { LibraryLogger } from './library-logger.ts';
import { readSettings, SANDBOX_SETTINGS, type SandboxSettings } from './sandbox-settings.ts';

/** What `Sandbox.create` takes: the options here, and the settings of a sandbox such as `memoryMiB`. */
export interface SandboxOptions extends SandboxSettings, Pick<CallOptions, 'signal'> {
  /**
   * Environment variables of all contexts and commands. `PYTHON_VERSION`, `NODE_VERSION`, `JAVA_VERSION` and `GO_VERSION`
   * choose the versions of the runtimes: `'3.11'`; unset: the newest installed.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The sandbox ends by itself after so many milliseconds, unless `renew` gives it more. Default: never. */
  readonly lifetimeMs?: number | undefined;
  /** Told of what happens; `console` is one. Default: nothing is logged. */
  readonly logger?: LibraryLogger | undefined;
  /**
   * Where it is: `bubblewrap`, on this machine, or `opensandbox`, on a deployment. Default: `opensandbox` where there is a
   * `connection`, else the environment variable `SANDCELL_DRIVER`, or `bubblewrap`.
   */
  readonly driver?: 'bubblewrap' | 'opensandbox' | undefined;
  /** How the deployment is reached; a plain object will do. */
  readonly connection?: ConnectionConfig | ConnectionOptions | undefined;
  /** Image of a sandbox of a deployment. One on this machine has none: it uses what is installed. */
  readonly image?: string | undefined;
  /** Entrypoint of the image, as `image`. */
  readonly entrypoint?: readonly string[] | undefined;
}

const isLogger = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ['error', 'warn', 'info', 'debug'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'function',
  );

const ownSchema = z.strictObject({
  env: envSchema.default({}),
  lifetimeMs: millisecondsSchema.optional(),
  logger: z.custom<LibraryLogger>(isLogger, 'has no functions error, warn, info, debug').optional(),
  signal: signalSchema.optional(),
  driver: z.enum(['bubblewrap', 'opensandbox']).optional(),
  connection: z.union([z.instanceof(ConnectionConfig), z.record(z.string(), z.unknown())]).optional(),
  image: z.string().min(1).max(1000).optional(),
  entrypoint: z.array(z.string().max(10_000)).max(1000).optional(),
});

export interface ReadOptions extends z.output<typeof ownSchema> {
  settings: Settings;
}

const OWN = Object.keys(ownSchema.shape);

/** Checks what `Sandbox.create` was given. Throws {@link InvalidArgumentError}. */
export function readOptions(options: unknown): ReadOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError('INVALID_ARGUMENT', 'Sandbox.create: the options are no object', {
      hint: 'Pass an object, or an image and an object, or nothing.',
    });
  }
  const entries = Object.entries(options);
  const own = entries.filter(([name]) => OWN.includes(name) && !SANDBOX_SETTINGS.includes(name));
  const rest = entries.filter(([name]) => !OWN.includes(name) || SANDBOX_SETTINGS.includes(name));
  const read = checked(ownSchema, Object.fromEntries(own), 'Sandbox.create');
  const driver = driverSettings(read);
  return {
    ...read,
    settings: readSettings(Object.fromEntries(rest), read.env, { driver, otherOptions: OWN }),
  };
}

function driverSettings(read: z.output<typeof ownSchema>): Record<string, unknown> {
  const { connection, image, entrypoint } = read;
  const fallback = connection === undefined ? (process.env['SANDCELL_DRIVER'] ?? '') : 'opensandbox';
  const driver = read.driver ?? (fallback === '' ? 'bubblewrap' : fallback);
  if (driver !== 'opensandbox') return { driver };
  const config = connection instanceof ConnectionConfig ? connection : new ConnectionConfig(connection);
  return { driver, ...connectionSettings(config), image, entrypoint };
}
