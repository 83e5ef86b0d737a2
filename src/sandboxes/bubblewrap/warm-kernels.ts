import type { KernelDriver, KernelSpec } from '../../kernels/kernel.ts';
import type { KernelProcess } from '../../kernels/kernel-process.ts';
import { deadline } from '../../processes/deadline.ts';

/** A kernel that was taken is replaced after this long, so as not to compete with the first cell. */
const REPLACE_DELAY_MS = 100;

/** The same for languages of which none is needed often, and whose kernels cost more to start. */
const REPLACE_USED_DELAY_MS = 1500;

/** Modules to preload may be slow to import. */
const WARM_DEADLINE_MS = 60_000;

/** Starts a kernel of a driver on its default runtime. */
export type StartWarm = (driver: KernelDriver, signal: AbortSignal) => Promise<KernelProcess>;

/** The ready kernels of a sandbox that belong to no context, one a language. Disposing it kills them. */
export class WarmKernels implements AsyncDisposable {
  readonly #start: StartWarm;
  readonly #drivers: () => KernelDriver[];
  readonly #disposal = new AbortController();
  /** Undefined where it could not be started; never rejects. */
  readonly #warm = new Map<KernelDriver, Promise<KernelProcess | undefined>>();
  readonly #timers = new Map<KernelDriver, NodeJS.Timeout>();

  /** `drivers` says of which ones a kernel should stand by now. */
  constructor(start: StartWarm, drivers: () => KernelDriver[]) {
    this.#start = start;
    this.#drivers = drivers;
  }

  /** Settles when all are ready; never rejects. */
  async warmUp(): Promise<void> {
    for (const driver of this.#drivers()) await this.#warmUpOne(driver);
  }

  /** The ready kernel that is just what `spec` asks for, which is the caller's from now on. */
  async take(spec: KernelSpec, signal: AbortSignal): Promise<KernelProcess | undefined> {
    const { driver } = spec;
    const warm = this.#warm.get(driver);
    if (!warm) return undefined;
    const kernel = await deadline(warm, WARM_DEADLINE_MS, signal, 'the kernel that stands by was not ready');
    if (this.#warm.get(driver) !== warm) return undefined; // another context, which waited for it too, has taken it
    if (kernel?.exit !== undefined || isOutdated(kernel, spec)) {
      this.#warm.delete(driver);
      kernel?.kill();
      return undefined;
    }
    if (kernel === undefined || !isAskedFor(kernel.spec, spec)) return undefined;
    this.#warm.delete(driver);
    return kernel;
  }

  /** Gets the next one ready, in a while. */
  replace(driver: KernelDriver): void {
    if (this.#disposal.signal.aborted) return;
    clearTimeout(this.#timers.get(driver));
    const delayMs = driver.standsBy === 'always' ? REPLACE_DELAY_MS : REPLACE_USED_DELAY_MS;
    const timer = setTimeout(() => {
      if (this.#drivers().includes(driver)) void this.#warmUpOne(driver);
    }, delayMs);
    timer.unref();
    this.#timers.set(driver, timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#disposal.abort(new Error('the sandbox has ended'));
    for (const kernel of await Promise.all(this.#warm.values())) kernel?.kill();
  }

  async #warmUpOne(driver: KernelDriver): Promise<void> {
    let warm = this.#warm.get(driver);
    if (!warm) this.#warm.set(driver, (warm = this.#startOne(driver)));
    await warm;
  }

  async #startOne(driver: KernelDriver): Promise<KernelProcess | undefined> {
    try {
      return await this.#start(driver, this.#disposal.signal);
    } catch {
      this.#warm.delete(driver); // the context that needs a kernel will try again, and say what is wrong
      return undefined;
    }
  }
}

/** A better preparation has become ready since it was started. */
function isOutdated(kernel: KernelProcess | undefined, spec: KernelSpec): boolean {
  return (
    kernel?.spec.runtime.executable === spec.runtime.executable &&
    kernel.spec.prepared?.folder !== spec.prepared?.folder
  );
}

function isAskedFor(warm: KernelSpec, spec: KernelSpec): boolean {
  return warm.runtime.executable === spec.runtime.executable && warm.folder === spec.folder;
}
