import type { Settings } from '../../config.ts';
import type { KernelDriver, KernelSpec } from '../../kernels/kernel.ts';
import { configuredVersion } from '../../kernels/configured-version.ts';
import { selectRuntime } from '../../kernels/runtimes.ts';
import { type Language, LANGUAGES } from '../../languages.ts';
import type { Logger } from '../../logger.ts';
import { driverOf } from '../../kernels/drivers.ts';
import { Preparations } from './preparations/preparations.ts';

/** What all sandboxes of a server start kernels from: runtimes, what is prepared from them, and which stand by. */
export class KernelChoice implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #preparations: Preparations;
  /** In the order of their last use, which is that in which they get ready. */
  readonly #used = new Set<Language>();

  constructor(settings: Settings, logger: Logger) {
    this.#settings = settings;
    this.#preparations = new Preparations(settings, logger);
  }

  /** Throws `RUNTIME_NOT_FOUND`. Where something has to be prepared first, it waits for that. */
  async choose(
    driver: KernelDriver,
    { version, folder }: { version: string | undefined; folder: string },
    signal: AbortSignal,
  ): Promise<KernelSpec> {
    const wanted = version ?? configuredVersion(driver.runtime, this.#settings);
    const runtime = await selectRuntime(driver.runtime, wanted, { signal });
    const prepared = await this.#preparations.obtain(driver, runtime, signal);
    return { driver, runtime, prepared, folder };
  }

  use(language: Language): void {
    this.#used.add(language);
  }

  /** The drivers of which one kernel should stand by in each sandbox. */
  standingBy(): KernelDriver[] {
    return LANGUAGES.map(driverOf).filter(
      ({ language, standsBy }) =>
        standsBy === 'always' || (standsBy === 'once_used' && this.#used.has(language)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#preparations[Symbol.asyncDispose]();
  }
}
