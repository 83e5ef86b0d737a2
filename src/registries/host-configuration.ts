import type { Logger } from '../logger.ts';
import type { Environment } from '../user-folders.ts';
import { type GoConfiguration, readGo } from './go-configuration.ts';
import type { MavenConfiguration } from './maven-configuration.ts';
import { type NpmConfiguration, readNpm } from './npm-configuration.ts';
import { type PipConfiguration, readPip } from './pip-configuration.ts';
import type { Registry } from './registry.ts';

/** A change of the host's configuration is seen after so long. */
const VALID_MS = 10 * 60 * 1000;

/** What the package managers of the host are configured with: each asked when it is first wanted. */
export class HostConfiguration {
  readonly pip: () => Promise<PipConfiguration | undefined>;
  readonly npm: () => Promise<NpmConfiguration | undefined>;
  readonly go: () => Promise<GoConfiguration | undefined>;
  readonly maven: () => Promise<MavenConfiguration | undefined>;

  constructor(env: Environment, logger: Logger, stopped: AbortSignal) {
    const asked = <Value>(manager: string, read: (env: Environment, signal: AbortSignal) => Promise<Value>) =>
      remembered(async () => {
        try {
          return await read(env, stopped);
        } catch (error) {
          if (!stopped.aborted) logger.warn(`the configuration of ${manager} cannot be read`, { error });
          throw error;
        }
      });
    this.pip = asked('pip', readPip);
    this.npm = asked('npm', readNpm);
    this.go = asked('Go', readGo);
    this.maven = asked('Maven', readMaven);
  }

  /** Of all package managers; those that cannot be asked have none. */
  async registries(): Promise<Registry[]> {
    const none = (): undefined => undefined;
    const [pip, npm, go, maven] = await Promise.all([
      this.pip().catch(none),
      this.npm().catch(none),
      this.go().catch(none),
      this.maven().catch(none),
    ]);
    return [
      ...(pip ? [...pip.indexes, ...pip.pages] : []),
      ...(npm ? [...(npm.registry ? [npm.registry] : []), ...npm.scopes.values()] : []),
      ...(go ? [...go.proxies.map(({ registry }) => registry)] : []),
      ...(go?.checksumDatabase ? [go.checksumDatabase.registry] : []),
      ...(maven ? maven.repositories : []),
    ];
  }
}

/** Calls `read` once, and again after a failure. After a while it is read anew, beside what is known until then. */
function remembered<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  let readAtMs = 0;
  return async () => {
    if (value !== undefined && Date.now() - readAtMs <= VALID_MS) return value;
    readAtMs = Date.now();
    const [known, reading] = [value, read()];
    value = known ?? reading;
    reading.then(
      () => (value = reading),
      () => (value = known),
    );
    return value;
  };
}

/** What reads XML and jars is loaded when it is first wanted. */
async function readMaven(env: Environment, signal: AbortSignal): Promise<MavenConfiguration | undefined> {
  const { readMaven: read } = await import('./maven-configuration.ts');
  return await read(env, signal);
}
