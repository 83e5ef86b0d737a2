import { z } from 'zod';
import { checked } from './arguments.ts';

/** How an OpenSandbox deployment is reached. */
export interface ConnectionOptions {
  /**
   * Host and port, with a path where there is one; `https://` in front sets the protocol, too. Default: the environment
   * variable `SANDCELL_DOMAIN` or `OPENSANDBOX_DOMAIN`, or `localhost:8080`.
   */
  readonly domain?: string | undefined;
  /** Default: `http`. */
  readonly protocol?: 'http' | 'https' | undefined;
  /** Default: the environment variable `SANDCELL_API_KEY` or `OPENSANDBOX_API_KEY`. It never goes into a sandbox. */
  readonly apiKey?: string | undefined;
  /** Time in which the deployment must answer a call, in milliseconds; cells have limits of their own. Default: 30000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Connections to one address at a time, 8 at least; each cell that runs takes one. Default: 256. */
  readonly maxConnections?: number | undefined;
  /** Whether sandboxes are reached through the server: without it some answers are cut short. Default: true. */
  readonly useServerProxy?: boolean | undefined;
}

const schema = z.strictObject({
  domain: z
    .string()
    .regex(/^(https?:\/\/)?[^\s/?#@]+(\/[^\s?#@]*)?$/i, 'is no host such as sandboxes.example.com:8080')
    .optional(),
  protocol: z.enum(['http', 'https']).optional(),
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,4096}$/, 'is no key without blanks')
    .optional(),
  requestTimeoutMs: z.int().min(1000).max(600_000).default(30_000),
  maxConnections: z.int().min(8).max(65_536).default(256),
  useServerProxy: z.boolean().default(true),
});

/** Checked {@link ConnectionOptions}, with what the environment says where they say nothing. */
export class ConnectionConfig implements ConnectionOptions {
  readonly domain: string;
  readonly protocol: 'http' | 'https';
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
  readonly useServerProxy: boolean;
  /** No field: it would show where the object is printed. */
  readonly #apiKey: string | undefined;

  /** Throws `InvalidArgumentError`. */
  constructor(options: ConnectionOptions = {}) {
    const read = checked(schema, options, 'ConnectionConfig');
    const given =
      read.domain ?? variable('SANDCELL_DOMAIN') ?? variable('OPENSANDBOX_DOMAIN') ?? 'localhost:8080';
    const [, protocol, domain] = /^(?:(https?):\/\/)?(.*)$/i.exec(given) ?? [];
    this.domain = domain ?? given;
    this.protocol = read.protocol ?? (protocol?.toLowerCase() === 'https' ? 'https' : 'http');
    this.#apiKey = read.apiKey ?? variable('SANDCELL_API_KEY') ?? variable('OPENSANDBOX_API_KEY');
    this.requestTimeoutMs = read.requestTimeoutMs;
    this.maxConnections = read.maxConnections;
    this.useServerProxy = read.useServerProxy;
  }

  get apiKey(): string | undefined {
    return this.#apiKey;
  }
}

/** The settings of the driver that follow from a connection. */
export function connectionSettings(connection: ConnectionConfig): Record<string, unknown> {
  return {
    domain: connection.domain,
    protocol: connection.protocol,
    apiKey: connection.apiKey,
    callTimeoutMs: connection.requestTimeoutMs,
    deploymentConnections: connection.maxConnections,
    useServerProxy: connection.useServerProxy ? 'on' : 'off',
  };
}

function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}
