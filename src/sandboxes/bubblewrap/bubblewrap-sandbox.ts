import type { Context, ContextSpec } from '../../contexts/context.ts';
import { KernelContext } from '../../contexts/kernel-context.ts';
import { allDrivers, driverOf } from '../../kernels/drivers.ts';
import type { KernelDriver, Spawn } from '../../kernels/kernel.ts';
import { KernelProcess } from '../../kernels/kernel-process.ts';
import type { Runtime } from '../../kernels/runtimes.ts';
import { deadline } from '../../processes/deadline.ts';
import type { Sandbox } from '../sandbox.ts';
import { launchKernel } from './kernel-launch.ts';
import { sandboxEnded, type SandboxPlace } from './place.ts';

/** The warm kernel is replaced this long after it was taken, so as not to compete with the first cell. */
const WARM_DELAY_MS = 100;

/** Modules to preload may be slow to import. */
const WARM_DEADLINE_MS = 60_000;

/** Chooses the runtime of a kernel; throws `RUNTIME_NOT_FOUND`. */
export type SelectRuntime = (
  driver: KernelDriver,
  version: string | undefined,
  signal: AbortSignal,
) => Promise<Runtime>;

/**
 * A sandbox on this machine: one anchor, and a kernel for each context. A ready Python kernel that belongs to no context
 * stands by. Where the anchor has died, the next kernel starts it anew: same id, empty files.
 */
export class BubblewrapSandbox implements Sandbox {
  readonly id: string;
  readonly #place: SandboxPlace;
  readonly #selectRuntime: SelectRuntime;
  readonly #contexts = new Set<KernelContext>();
  readonly #disposal = new AbortController();
  #warm: Promise<KernelProcess | undefined> | undefined;
  #rewarm: NodeJS.Timeout | undefined;

  constructor(id: string, place: SandboxPlace, selectRuntime: SelectRuntime) {
    this.id = id;
    this.#place = place;
    this.#selectRuntime = selectRuntime;
  }

  async createContext(spec: ContextSpec, signal: AbortSignal): Promise<Context> {
    const either = AbortSignal.any([signal, this.#disposal.signal]);
    const context = await KernelContext.create(spec, (wanted, s) => this.#startKernel(wanted, s), either);
    this.#contexts.add(context);
    if (this.#disposal.signal.aborted) await context[Symbol.asyncDispose]();
    this.#disposal.signal.throwIfAborted();
    return context;
  }

  async warmUp(): Promise<void> {
    this.#warm ??= this.#startWarmKernel();
    await this.#warm;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#rewarm);
    this.#disposal.abort(sandboxEnded());
    // Side by side: what hangs in one kernel must not keep the rest.
    const contexts = [...this.#contexts].map((context) => context[Symbol.asyncDispose]());
    await Promise.all([...contexts, this.#place[Symbol.asyncDispose]()]);
    (await this.#warm)?.kill();
  }

  async #startKernel(spec: ContextSpec, signal: AbortSignal): Promise<KernelProcess> {
    const driver = driverOf(spec.language);
    const runtime = await this.#selectRuntime(driver, spec.version, signal);
    const kernel =
      (await this.#takeWarmKernel(driver, runtime, signal)) ?? (await this.#launch(driver, runtime, signal));
    try {
      await kernel.enter(spec.cwd, spec.env, signal);
    } catch (error) {
      kernel.kill();
      throw error;
    } finally {
      this.#rewarmLater();
    }
    return kernel;
  }

  async #takeWarmKernel(
    driver: KernelDriver,
    runtime: Runtime,
    signal: AbortSignal,
  ): Promise<KernelProcess | undefined> {
    const warm = this.#warm;
    if (!driver.standsBy || !warm) return undefined;
    const kernel = await deadline(warm, WARM_DEADLINE_MS, signal, 'the kernel that stands by was not ready');
    if (this.#warm !== warm) return undefined; // another context, which waited for it too, has taken it
    if (kernel?.runtime.executable !== runtime.executable) return undefined;
    this.#warm = undefined;
    return kernel.exit ? undefined : kernel;
  }

  #launch(driver: KernelDriver, runtime: Runtime, signal: AbortSignal): Promise<KernelProcess> {
    const spawn: Spawn = async (...guest) => await launchKernel(await this.#place.living(guest[2]), ...guest);
    return KernelProcess.start(driver, runtime, spawn, signal);
  }

  async #startWarmKernel(): Promise<KernelProcess | undefined> {
    const { signal } = this.#disposal;
    const driver = allDrivers().find(({ standsBy }) => standsBy);
    try {
      if (!driver) return undefined;
      return await this.#launch(driver, await this.#selectRuntime(driver, undefined, signal), signal);
    } catch {
      this.#warm = undefined; // the context that needs a kernel will try again, and say what is wrong
      return undefined;
    }
  }

  #rewarmLater(): void {
    clearTimeout(this.#rewarm);
    this.#rewarm = setTimeout(() => void this.warmUp(), WARM_DELAY_MS);
    this.#rewarm.unref();
  }
}
