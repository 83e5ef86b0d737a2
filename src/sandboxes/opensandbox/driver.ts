import type { Settings } from '../../config.ts';
import { newId } from '../../ids.ts';
import type { Logger } from '../../logger.ts';
import { type Observer, UNOBSERVED } from '../../observer.ts';
import type { Sandbox, SandboxDriver, SandboxSpec } from '../sandbox.ts';
import { RemoteClient } from './client.ts';
import { unavailable } from './failure.ts';
import { accessToken, isOrphan, LABEL, serverLabel } from './labels.ts';
import { type CreateSandbox, type Deployment, Lifecycle } from './lifecycle.ts';
import { networkPolicy } from './network-policy.ts';
import { RemotePlace } from './remote-place.ts';
import { RemoteSandbox } from './remote-sandbox.ts';

/** Makes sandboxes on an OpenSandbox deployment. */
export class OpenSandboxDriver implements SandboxDriver {
  readonly name = 'opensandbox';
  readonly #settings: Settings;
  readonly #deployment: Deployment;
  readonly #client: RemoteClient;
  readonly #lifecycle: Lifecycle;
  readonly #logger: Logger;
  readonly #observer: Observer;
  #policy: ReturnType<typeof networkPolicy> | undefined;

  constructor(settings: Settings, deployment: Deployment, logger: Logger, observer: Observer = UNOBSERVED) {
    this.#settings = settings;
    this.#deployment = deployment;
    this.#logger = logger;
    this.#observer = observer;
    this.#client = new RemoteClient({ maxConnections: settings.deploymentConnections }, logger);
    this.#lifecycle = new Lifecycle(this.#client, deployment);
  }

  async prepare(): Promise<void> {
    const signal = AbortSignal.timeout(this.#deployment.timeoutMs);
    try {
      const ours = await this.#lifecycle.list({ [LABEL.ours]: '1' }, signal);
      for (const { id } of ours.filter(isOrphan)) {
        await this.#lifecycle.delete(id, signal);
        this.#logger.info('a sandbox of a server that has died was removed', { remoteSandbox: id });
      }
    } catch (error) {
      this.#logger.warn('sandboxes of dead servers could not be looked for', { error });
    }
  }

  async createSandbox({ owner }: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    const id = newId('sb');
    const { domain, apiKey, timeoutMs } = this.#deployment;
    const remote = { client: this.#client, lifecycle: this.#lifecycle, logger: this.#logger };
    try {
      const spec = { id, create: await this.#request(id, owner), apiKey, timeoutMs };
      const place = await RemotePlace.create(spec, remote, signal);
      return new RemoteSandbox(id, place, domain, this.#observer);
    } catch (error) {
      signal.throwIfAborted();
      throw unavailable(error, domain);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }

  async #request(id: string, owner: string | undefined): Promise<CreateSandbox> {
    const { image, entrypoint, expirySeconds, cpuPercent, memoryMiB } = this.#settings;
    const server = serverLabel();
    this.#policy ??= networkPolicy(this.#settings, this.#logger);
    const policy = await this.#policy;
    return {
      image: { uri: image },
      entrypoint,
      timeout: expirySeconds,
      resourceLimits: { cpu: `${String(cpuPercent * 10)}m`, memory: `${String(memoryMiB)}Mi` },
      env: { ...this.#versions(), EXECD_ACCESS_TOKEN: accessToken(this.#deployment.apiKey, id) },
      metadata: {
        [LABEL.ours]: '1',
        [LABEL.sandbox]: id,
        ...(server !== undefined && { [LABEL.server]: server }),
        ...(owner !== undefined && { [LABEL.session]: owner }),
      },
      ...(policy && { networkPolicy: policy }),
    };
  }

  /** All contexts of a sandbox run the same ones; what is not set is the image's own choice. */
  #versions(): Record<string, string> {
    const { pythonVersion, nodeVersion, javaVersion, goVersion } = this.#settings;
    const all = {
      PYTHON_VERSION: pythonVersion,
      NODE_VERSION: nodeVersion,
      JAVA_VERSION: javaVersion,
      GO_VERSION: goVersion,
    };
    return Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  }
}
