import type { Settings } from '../../config.ts';
import type { KernelDriver, KernelSpec } from '../../kernels/kernel.ts';
import { configuredVersion } from '../../kernels/configured-version.ts';
import { choosePython } from '../../kernels/chosen-python.ts';
import { type Runtime, selectRuntime } from '../../kernels/runtimes.ts';
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
  #python: Runtime | undefined;

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
    const { python } = this.#settings;
    if (driver.runtime === 'python' && version === undefined && python !== undefined) {
      return { driver, runtime: await this.#chosenPython(python, signal), prepared: undefined, folder };
    }
    const wanted = version ?? configuredVersion(driver.runtime, this.#settings);
    const runtime = await selectRuntime(driver.runtime, wanted, { signal });
    const prepared = await this.#preparations.obtain(driver, runtime, signal);
    return { driver, runtime, prepared, folder };
  }

  /** Asked once; what failed is asked again, for it may have been mended. */
  async #chosenPython(given: string, signal: AbortSignal): Promise<Runtime> {
    this.#python ??= await choosePython(given, signal);
    return this.#python;
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
