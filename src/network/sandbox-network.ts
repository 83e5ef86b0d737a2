import type { Server, Socket } from 'node:net';
import type { Logger } from '../logger.ts';
import { BlockedAttempts } from './blocked-attempts.ts';
import { serveDns } from './dns.ts';
import { BlockedError, type Egress } from './egress.ts';
import { readHost } from './host-names.ts';
import { HostTable } from './host-table.ts';
import {
  DNS_PORT,
  dnsAddress,
  MAX_KERNEL_NUMBER,
  proxyAddress,
  PROXY_PORT,
  readLoopback,
} from './loopback.ts';
import type { Blocked } from './policy.ts';
import { Proxy, type ProxyClient } from './proxy.ts';
import { refusalOf, refuse, USED_UP } from './refusal.ts';
import type { RegistryFront } from './registry-front.ts';
import { Traffic, type TrafficLimit, type TrafficLimits, tunnel } from './traffic.ts';

/** Below 1024, where only the server can listen: connections there are refused, and named, rather than missed. */
const WATCHED_PORTS = [21, 22, 25, 465, 587, 993];

export interface SandboxNetworkSpec {
  sandboxId: string;
  egress: Egress;
  registries: RegistryFront;
  limits: TrafficLimits;
  logger: Logger;
  onLimit: (limit: TrafficLimit) => void;
}

/** The network of one kernel. Whoever opened it disposes it once the kernel is gone. */
export interface KernelNetwork extends Disposable {
  /** The content of its /etc/resolv.conf. */
  readonly resolvConf: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What has been blocked since this was last called. */
  takeBlocked(): Blocked[];
}

interface Client extends ProxyClient {
  readonly attempts: BlockedAttempts;
}

/**
 * The network of one sandbox, on the server's side: it answers connections to the sandbox's own loopback. Their local
 * address says which kernel is talking, and for what: names, the proxy, or a host that it has a name for.
 */
export class SandboxNetwork implements Disposable {
  readonly #spec: SandboxNetworkSpec;
  readonly #traffic: Traffic;
  readonly #hosts = new HostTable();
  readonly #clients = new Map<number, Client>();
  readonly #proxy: Proxy;
  readonly #disposal = new AbortController();
  #lastNumber = 0;

  constructor(spec: SandboxNetworkSpec) {
    this.#spec = spec;
    const { sandboxId: sandbox, logger } = spec;
    this.#traffic = new Traffic(spec.limits, spec.onLimit);
    this.#proxy = new Proxy({
      traffic: this.#traffic,
      front: (request, response, base) => {
        spec.registries.front(request, response, base);
      },
      onBug: (error) => {
        logger.error('the proxy failed', { sandbox, error });
      },
    });
  }

  /** Ports to listen on inside the sandbox, on all its addresses. */
  get ports(): number[] {
    return [...new Set([DNS_PORT, PROXY_PORT, ...this.#spec.egress.ports, ...WATCHED_PORTS])];
  }

  /** Answers what is accepted on a port inside the sandbox. Whoever listens closes the server. */
  serve(port: number, server: Server): void {
    server.on('connection', (socket) => {
      if (this.#traffic.admit(socket)) this.#accept(socket, port);
    });
    server.on('error', () => undefined); // no descriptor was left for a connection, which has gone
  }

  async openKernel(): Promise<KernelNetwork> {
    const kernel = this.#freeNumber();
    const base = `http://${proxyAddress(kernel)}`;
    const stop = new AbortController();
    const { egress, sandboxId: sandbox, logger } = this.#spec;
    const attempts = new BlockedAttempts((target) => {
      logger.info('a connection was blocked', { sandbox, target });
    });
    const client: Client = {
      ...{ base, attempts },
      signal: AbortSignal.any([stop.signal, this.#disposal.signal]),
      connect: async (host, port, signal) => {
        try {
          return await egress.connect(host, port, signal);
        } catch (error) {
          if (error instanceof BlockedError) attempts.add(error.blocked);
          throw error;
        }
      },
    };
    this.#clients.set(kernel, client);
    return {
      resolvConf: `nameserver ${dnsAddress(kernel)}\noptions use-vc timeout:10 attempts:2\n`,
      environment: { ...proxyVariables(base), ...(await this.#spec.registries.environment(base)) },
      takeBlocked: () => attempts.take(),
      [Symbol.dispose]: () => {
        stop.abort(new Error('the kernel has ended'));
        this.#clients.delete(kernel);
      },
    };
  }

  /** Ends every connection. */
  [Symbol.dispose](): void {
    this.#disposal.abort(new Error('the sandbox has ended'));
    this.#traffic[Symbol.dispose]();
  }

  #freeNumber(): number {
    do this.#lastNumber = (this.#lastNumber % MAX_KERNEL_NUMBER) + 1;
    while (this.#clients.has(this.#lastNumber));
    return this.#lastNumber;
  }

  #accept(socket: Socket, port: number): void {
    const meant = readLoopback(socket.localAddress);
    if (meant?.service === 'host') {
      const named = this.#hosts.find(meant.index);
      const client = named && this.#clients.get(named.kernel);
      if (client) void this.#passThrough(socket, { host: named.host, port, client });
      else socket.resetAndDestroy();
      return;
    }
    const client = meant && this.#clients.get(meant.kernel);
    if (client && meant.service === 'proxy' && port === PROXY_PORT) this.#proxy.serve(socket, client);
    else if (client && meant.service === 'dns' && port === DNS_PORT)
      serveDns(socket, (name) => this.#findAddress(meant.kernel, name, client));
    else socket.resetAndDestroy();
  }

  async #findAddress(kernel: number, name: string, client: Client): Promise<string | undefined> {
    const read = readHost(name);
    if (read?.type !== 'name' || isLocal(read.host)) return undefined;
    const { host } = read;
    const found = await this.#spec.egress.exists(host, client.signal);
    if (found === false) return undefined;
    // A host that is not allowed gets an address too: what connects to it is told so, and with its port.
    if (found !== true) client.attempts.askedFor(host, found.blocked);
    return this.#hosts.addressOf({ kernel, host });
  }

  async #passThrough(
    inner: Socket,
    { host, port, client }: { host: string; port: number; client: Client },
  ): Promise<void> {
    client.attempts.connected(host);
    const gone = new AbortController();
    inner.once('close', () => {
      gone.abort(new Error('the connection was closed'));
    });
    try {
      if (this.#traffic.isUsedUp) {
        this.#refuse(inner, port, USED_UP);
        return;
      }
      const outer = await client.connect(host, port, AbortSignal.any([client.signal, gone.signal]));
      tunnel(inner, outer, this.#traffic);
    } catch (error) {
      this.#refuse(inner, port, refusalOf(error));
    }
  }

  /** Only on port 80 can an answer be understood that nobody has asked for yet. */
  #refuse(socket: Socket, port: number, refusal: ReturnType<typeof refusalOf>): void {
    if (port === PROXY_PORT && refusal && !socket.destroyed) refuse(socket, refusal);
    else socket.resetAndDestroy();
  }
}

/** Names that are the sandbox's own, and questions for addresses' names. */
function isLocal(host: string): boolean {
  return /(^|\.)(localhost|arpa)$|^sandbox$/.test(host);
}

function proxyVariables(base: string): Record<string, string> {
  const none = 'localhost,sandbox,127.0.0.1,127.0.0.0/8,::1';
  const proxy = `${base}:${PROXY_PORT}`; // curl would take another port where none is named
  const names = { http_proxy: proxy, https_proxy: proxy, no_proxy: none };
  const upper = Object.entries(names).map(([name, value]) => [name.toUpperCase(), value] as const);
  return { ...names, ...Object.fromEntries(upper) };
}
