import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Environment } from '../user-folders.ts';
import { FrontError } from './front-error.ts';
import { frontSettings } from './front-settings.ts';
import { HostConfiguration } from './host-configuration.ts';
import type { OpenFront } from './open-front.ts';
import { hostAndPort } from './registry.ts';

/**
 * The package registries of the host, for sandboxes: read-only, with the host's credentials, which stay here, and with
 * a cache of downloads. Asks and opens nothing before its first use. Whoever creates it disposes it.
 */
export class Registries implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #logger: Logger;
  readonly #env: Environment;
  readonly #stop = new AbortController();
  readonly #configuration: HostConfiguration;
  #opened: Promise<OpenFront> | undefined;

  constructor(settings: Settings, logger: Logger, env: Environment = process.env) {
    this.#settings = settings;
    this.#logger = logger;
    this.#env = env;
    this.#configuration = new HostConfiguration(env, logger, this.#stop.signal);
  }

  /** Every registry, and every host that their indexes have sent files from: trusted on whatever address. */
  async hosts(): Promise<readonly { host: string; port: number }[]> {
    const registries = await this.#configuration.registries();
    const opened = await this.#opened?.catch(() => undefined);
    return [...registries.map(({ url }) => hostAndPort(url)), ...(opened?.upstream.fileHosts() ?? [])];
  }

  /** Answers a request whose path begins with `/pypi/`, `/npm/`, `/go/` or `/maven/`; `base` is what it was sent to. */
  readonly front = (request: IncomingMessage, response: ServerResponse, base: string): void => {
    void this.#open()
      .then(async ({ front }) => front.answer(request, response, base))
      .catch((error: unknown) => {
        this.#logger.error('the registry front failed', { error });
        response.destroy();
      });
  };

  /** What points the package managers of a kernel to the front. */
  async environment(base: string): Promise<Record<string, string>> {
    const go = await this.#configuration.go().catch(() => undefined);
    return {
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: `${base}/pypi/simple/`,
      PIP_RETRIES: '0',
      UV_DEFAULT_INDEX: `${base}/pypi/simple/`,
      npm_config_registry: `${base}/npm/`,
      npm_config_fetch_retries: '0',
      YARN_REGISTRY: `${base}/npm/`,
      YARN_NPM_REGISTRY_SERVER: `${base}/npm/`,
      YARN_UNSAFE_HTTP_WHITELIST: new URL(base).hostname,
      GOPROXY: `${base}/go`,
      // The front passes the database of checksums on; no module comes from anywhere else.
      ...{ GOPRIVATE: '', GONOPROXY: 'none', GOSUMDB: go?.checksums ?? 'off' },
      GONOSUMDB: go?.withoutChecksums ?? '',
    };
  }

  /** A settings.xml that points Maven of a kernel to the front. */
  mavenSettings(base: string): string {
    return frontSettings(base);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new FrontError(503, 'the server is being stopped'));
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.upstream[Symbol.asyncDispose]();
    await opened?.files.settled();
    await opened?.store.dispose();
  }

  /** Loaded when it is first wanted: it takes a tenth of a second. */
  #open(): Promise<OpenFront> {
    const parts = {
      ...{ settings: this.#settings, logger: this.#logger },
      ...{ env: this.#env, configuration: this.#configuration },
    };
    this.#opened ??= import('./open-front.ts').then(({ openFront }) => openFront(parts, this.#stop.signal));
    return this.#opened;
  }
}
