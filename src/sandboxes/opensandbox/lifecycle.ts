import type { z } from 'zod';
import type { RemoteClient, RemoteRequest } from './client.ts';
import { isGone, RemoteFailure } from './failure.ts';
import { endpointInfo, type SandboxInfo, sandboxInfo, sandboxPage } from './wire.ts';

/** Where a deployment is, and how it is spoken to. */
export interface Deployment {
  protocol: 'http' | 'https';
  /** Host, port, and a path where there is one: "localhost:8080". */
  domain: string;
  apiKey: string | undefined;
  /** Whether the server passes on what is meant for a sandbox. */
  useServerProxy: boolean;
  /** Of one call, in ms. */
  timeoutMs: number;
}

export interface CreateSandbox {
  image: { uri: string };
  entrypoint: readonly string[];
  /** Seconds after which it is removed unless it is renewed. */
  timeout: number;
  resourceLimits: Readonly<Record<string, string>>;
  env: Readonly<Record<string, string>>;
  metadata: Readonly<Record<string, string>>;
  networkPolicy?: {
    defaultAction: 'deny' | 'allow';
    egress: readonly { action: 'allow' | 'deny'; target: string }[];
  };
}

/** Where something in a sandbox is reached. */
export interface Endpoint {
  /** Without a slash at its end. */
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** On Docker, making a sandbox takes as long as pulling its image. */
const CREATE_DEADLINE_MS = 120_000;
const PAGE_SIZE = 100;
const MAX_PAGES = 50;

/** The lifecycle API of a deployment: which sandboxes there are. The only place that knows the API key. */
export class Lifecycle {
  readonly #client: RemoteClient;
  readonly #deployment: Deployment;
  readonly #base: string;

  constructor(client: RemoteClient, deployment: Deployment) {
    this.#client = client;
    this.#deployment = deployment;
    this.#base = `${deployment.protocol}://${deployment.domain.replace(/\/+$/, '')}/v1`;
  }

  async create(body: CreateSandbox, signal: AbortSignal): Promise<SandboxInfo> {
    const call = this.#call('POST', '/sandboxes', 'creating a sandbox', signal);
    return await this.#json({ ...call, json: body, deadlineMs: CREATE_DEADLINE_MS }, sandboxInfo);
  }

  async get(id: string, signal: AbortSignal): Promise<SandboxInfo> {
    return await this.#json(this.#call('GET', pathOf(id), `asking for sandbox ${id}`, signal), sandboxInfo);
  }

  /** All that have these labels. */
  async list(labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<SandboxInfo[]> {
    const metadata = new URLSearchParams(labels).toString();
    const found: SandboxInfo[] = [];
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const query = new URLSearchParams({ metadata, page: String(page), pageSize: String(PAGE_SIZE) });
      const call = this.#call('GET', `/sandboxes?${query.toString()}`, 'listing sandboxes', signal);
      const { items, pagination } = await this.#json(call, sandboxPage);
      found.push(...items);
      if (pagination?.hasNextPage !== true) break;
    }
    return found;
  }

  /** Sets labels; null removes one. */
  async label(
    id: string,
    labels: Readonly<Record<string, string | null>>,
    signal: AbortSignal,
  ): Promise<void> {
    const call = this.#call('PATCH', `${pathOf(id)}/metadata`, `labelling sandbox ${id}`, signal);
    await this.#client.text({ ...call, json: labels });
  }

  /** One that would expire later already stays as it is. */
  async renew(id: string, expiresAt: Date, signal: AbortSignal): Promise<void> {
    const call = this.#call('POST', `${pathOf(id)}/renew-expiration`, `renewing sandbox ${id}`, signal);
    try {
      await this.#client.text({ ...call, json: { expiresAt: expiresAt.toISOString() } });
    } catch (error) {
      if (!(error instanceof RemoteFailure && error.code?.endsWith('EXPIRATION_NOT_EXTENDED'))) throw error;
    }
  }

  /** One that is gone already is fine. */
  async delete(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.text(this.#call('DELETE', pathOf(id), `deleting sandbox ${id}`, signal));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Where a port of a sandbox is reached from here. */
  async endpoint(id: string, port: number, signal: AbortSignal): Promise<Endpoint> {
    const { protocol, domain, apiKey, useServerProxy } = this.#deployment;
    const query = useServerProxy ? '?use_server_proxy=true' : '';
    const path = `${pathOf(id)}/endpoints/${String(port)}${query}`;
    const call = this.#call('GET', path, `asking where sandbox ${id} is`, signal);
    const { endpoint, headers } = await this.#json(call, endpointInfo);
    const url = `${protocol}://${endpoint.replace(/^https?:\/\//, '').replace(/\/+$/, '')}`;
    // The server needs the key to pass a call on, and keeps it; a sandbox must never see it.
    const isServer = useServerProxy && originOf(url) === originOf(`${protocol}://${domain}`);
    return { url, headers: { ...headers, ...(isServer ? keyHeader(apiKey) : {}) } };
  }

  async #json<Schema extends z.ZodType>(call: RemoteRequest, schema: Schema): Promise<z.output<Schema>> {
    return await this.#client.json(call, schema);
  }

  #call(method: RemoteRequest['method'], path: string, what: string, signal: AbortSignal): RemoteRequest {
    const { apiKey, timeoutMs } = this.#deployment;
    const headers = keyHeader(apiKey);
    return { method, url: `${this.#base}${path}`, headers, what, deadlineMs: timeoutMs, signal };
  }
}

function pathOf(id: string): string {
  return `/sandboxes/${encodeURIComponent(id)}`;
}

function keyHeader(apiKey: string | undefined): Record<string, string> {
  return apiKey === undefined ? {} : { 'open-sandbox-api-key': apiKey };
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
