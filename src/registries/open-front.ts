import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Environment } from '../user-folders.ts';
import { Documents } from './documents.ts';
import { DownloadStore } from './download-store.ts';
import { Files } from './files.ts';
import { Front, type Protocol } from './front.ts';
import { FrontError, NOT_FOUND } from './front-error.ts';
import { GoFront } from './go-front.ts';
import type { HostConfiguration } from './host-configuration.ts';
import { MavenFront } from './maven-front.ts';
import { NpmFront } from './npm-front.ts';
import { PipFront } from './pip-front.ts';
import { Upstream } from './upstream.ts';

export interface OpenFront {
  readonly front: Front;
  readonly files: Files;
  readonly store: DownloadStore;
  readonly upstream: Upstream;
}

interface Parts {
  settings: Settings;
  logger: Logger;
  env: Environment;
  configuration: HostConfiguration;
}

/** All that answers package managers. The caller disposes upstream and store. */
export async function openFront(
  { settings, logger, env, configuration }: Parts,
  stopped: AbortSignal,
): Promise<OpenFront> {
  const store = await DownloadStore.open(env, settings.downloadCacheMiB);
  const upstream = new Upstream(env);
  const shared = [upstream, store, logger, stopped] as const;
  const [documents, files] = [new Documents(...shared), new Files(...shared)];
  const [pip, npm] = [
    new PipFront(documents, files, (urls) => {
      upstream.noteFileHosts(urls);
    }),
    new NpmFront(documents, files),
  ];
  const [go, maven] = [new GoFront(documents, files), new MavenFront(documents, files)];
  const protocols: [string, Protocol][] = [
    ['pypi', async (question) => pip.answer(installed('pip', await configuration.pip()), question)],
    ['npm', async (question) => npm.answer(installed('npm', await configuration.npm()), question)],
    ['go', async (question) => go.answer(installed('Go', await configuration.go()), question)],
    ['maven', async (question) => maven.answer(installed('Maven', await configuration.maven()), question)],
  ];
  return { front: new Front(new Map(protocols), logger), files, store, upstream };
}

function installed<Configuration>(manager: string, configuration: Configuration | undefined): Configuration {
  if (configuration !== undefined) return configuration;
  const message = `${manager} is not installed on the host, so that it is not known where its packages come from`;
  throw new FrontError(NOT_FOUND, message);
}
