import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Environment } from '../user-folders.ts';
import { Documents } from './documents.ts';
import { DownloadStore } from './download-store.ts';
import { Files } from './files.ts';
import { Front, type Protocol } from './front.ts';
import { FrontError, NOT_FOUND } from './front-error.ts';
import { GoFront } from './go-front.ts';
import { HostConfiguration } from './host-configuration.ts';
import { frontSettings, MavenFront } from './maven-front.ts';
import { NpmFront } from './npm-front.ts';
import { PipFront } from './pip-front.ts';
import { hostAndPort } from './registry.ts';
import { Upstream } from './upstream.ts';

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
  readonly #upstream: Upstream;
  #opened: Promise<{ front: Front; store: DownloadStore }> | undefined;

  constructor(settings: Settings, logger: Logger, env: Environment = process.env) {
    this.#settings = settings;
    this.#logger = logger;
    this.#env = env;
    this.#configuration = new HostConfiguration(env, logger, this.#stop.signal);
    this.#upstream = new Upstream(env);
  }

  /** Every registry, and every host that their indexes have sent files from: trusted on whatever address. */
  async hosts(): Promise<readonly { host: string; port: number }[]> {
    const registries = await this.#configuration.registries();
    return [...registries.map(({ url }) => hostAndPort(url)), ...this.#upstream.fileHosts()];
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
    await this.#upstream[Symbol.asyncDispose]();
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.store.dispose();
  }

  async #open(): Promise<{ front: Front; store: DownloadStore }> {
    this.#opened ??= this.#create();
    return this.#opened;
  }

  async #create(): Promise<{ front: Front; store: DownloadStore }> {
    const store = await DownloadStore.open(this.#env, this.#settings.downloadCacheMiB);
    const shared = [this.#upstream, store, this.#logger, this.#stop.signal] as const;
    const [documents, files] = [new Documents(...shared), new Files(...shared)];
    const [pip, npm] = [
      new PipFront(documents, files, (urls) => {
        this.#upstream.noteFileHosts(urls);
      }),
      new NpmFront(documents, files),
    ];
    const [go, maven] = [new GoFront(documents, files), new MavenFront(documents, files)];
    const configuration = this.#configuration;
    const protocols: [string, Protocol][] = [
      ['pypi', async (question) => pip.answer(installed('pip', await configuration.pip()), question)],
      ['npm', async (question) => npm.answer(installed('npm', await configuration.npm()), question)],
      ['go', async (question) => go.answer(installed('Go', await configuration.go()), question)],
      ['maven', async (question) => maven.answer(installed('Maven', await configuration.maven()), question)],
    ];
    return { front: new Front(new Map(protocols), this.#logger), store };
  }
}

function installed<Configuration>(manager: string, configuration: Configuration | undefined): Configuration {
  if (configuration !== undefined) return configuration;
  const message = `${manager} is not installed on the host, so that it is not known where its packages come from`;
  throw new FrontError(NOT_FOUND, message);
}
