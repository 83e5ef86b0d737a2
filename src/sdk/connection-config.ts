import { z } from 'zod';
import type { Settings } from '../config.ts';
import { checked } from './arguments.ts';

/** Where an OpenSandbox deployment is, and how it is spoken to. */
export interface Connection {
  /** Host and port. Default: `OPENSANDBOX_DOMAIN`, or `localhost:8080`. */
  readonly domain?: string | undefined;
  /** Default: `OPENSANDBOX_API_KEY`, or none. It never reaches a sandbox. */
  readonly apiKey?: string | undefined;
  /** Default: `http`. */
  readonly protocol?: 'http' | 'https' | undefined;
  /** Time in which a call must be answered, in ms; runs have limits of their own. Default: 30 000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Connections to one address of the deployment; each running cell takes one. At least 8. Default: 256. */
  readonly maxConnections?: number | undefined;
  /** Whether sandboxes are reached through the server of the deployment. Default: true. */
  readonly useServerProxy?: boolean | undefined;
}

const connectionSchema = z.strictObject({
  domain: z.string().optional(),
  apiKey: z.string().optional(),
  protocol: z.enum(['http', 'https']).optional(),
  requestTimeoutMs: z.number().optional(),
  maxConnections: z.number().optional(),
  useServerProxy: z.boolean().optional(),
});

/** A connection that is checked when it is made. Throws `InvalidArgumentError`. */
export class ConnectionConfig implements Connection {
  readonly domain: string | undefined;
  readonly apiKey: string | undefined;
  readonly protocol: 'http' | 'https' | undefined;
  readonly requestTimeoutMs: number | undefined;
  readonly maxConnections: number | undefined;
  readonly useServerProxy: boolean | undefined;

  constructor(connection: Connection = {}) {
    const read = checked(connectionSchema, connection, 'ConnectionConfig');
    this.domain = read.domain ?? process.env['OPENSANDBOX_DOMAIN'];
    this.apiKey = read.apiKey ?? process.env['OPENSANDBOX_API_KEY'];
    this.protocol = read.protocol;
    this.requestTimeoutMs = read.requestTimeoutMs;
    this.maxConnections = read.maxConnections;
    this.useServerProxy = read.useServerProxy;
  }
}

/** The same as settings; what is not given is left out. */
export function settingsOfConnection(connection: Connection | ConnectionConfig): Partial<Settings> {
  const config = connection instanceof ConnectionConfig ? connection : new ConnectionConfig(connection);
  const { domain, apiKey, protocol, requestTimeoutMs, maxConnections, useServerProxy } = config;
  return {
    driver: 'opensandbox',
    ...(domain !== undefined && { domain }),
    ...(apiKey !== undefined && { apiKey }),
    ...(protocol !== undefined && { protocol }),
    ...(requestTimeoutMs !== undefined && { callTimeoutMs: requestTimeoutMs }),
    ...(maxConnections !== undefined && { deploymentConnections: maxConnections }),
    ...(useServerProxy !== undefined && { useServerProxy: useServerProxy ? 'on' : 'off' }),
  };
}
