import type { Context, ContextSpec } from '../../contexts/context.ts';
import { KernelContext } from '../../contexts/kernel-context.ts';
import { versionInEnvironment } from '../../kernels/configured-version.ts';
import { driverOf } from '../../kernels/drivers.ts';
import type { KernelDriver, KernelSpec, Spawn } from '../../kernels/kernel.ts';
import { KernelProcess } from '../../kernels/kernel-process.ts';
import type { Observer } from '../../observer.ts';
import type { CommandEvent, CommandOptions, SandboxCommands } from '../commands.ts';
import type { Sandbox, SandboxUsage } from '../sandbox.ts';
import { BubblewrapFiles } from './files/bubblewrap-files.ts';
import type { KernelChoice } from './kernel-choice.ts';
import { launchKernel } from './kernel-launch.ts';
import { sandboxEnded, type SandboxPlace } from './place.ts';
import { runShellCommand } from './shell-command.ts';
import { type StartWarm, WarmKernels } from './warm-kernels.ts';

/** Where the kernels of most contexts start. */
const WORKSPACE = '/workspace';

/**
 * A sandbox on this machine: one anchor, and a kernel for each context. Ready kernels that belong to no context
 * stand by. Where the anchor has died, the next kernel starts it anew: same id, empty files.
 */
export class BubblewrapSandbox implements Sandbox {
  readonly id: string;
  readonly commands: SandboxCommands = { run: (...command) => this.#runCommand(...command) };
  readonly files: BubblewrapFiles;
  readonly #place: SandboxPlace;
  readonly #choice: KernelChoice;
  readonly #observer: Observer;
  readonly #contexts = new Set<KernelContext>();
  readonly #disposal = new AbortController();
  readonly #warm: WarmKernels;

  constructor(id: string, place: SandboxPlace, choice: KernelChoice, observer: Observer) {
    this.id = id;
    this.files = new BubblewrapFiles(place.porter, (signal) => place.filesPlace(signal));
    this.#place = place;
    this.#choice = choice;
    this.#observer = observer;
    const start: StartWarm = async (driver, signal) => {
      const spec = await choice.choose(driver, { version: undefined, folder: WORKSPACE }, signal);
      return await this.#launch(spec, signal);
    };
    this.#warm = new WarmKernels(start, () => choice.standingBy());
  }

  async createContext(spec: ContextSpec, signal: AbortSignal): Promise<Context> {
    const either = AbortSignal.any([signal, this.#disposal.signal]);
    const context = await KernelContext.create(spec, (wanted, s) => this.#startKernel(wanted, s), either);
    this.#contexts.add(context);
    if (this.#disposal.signal.aborted) await context[Symbol.asyncDispose]();
    this.#disposal.signal.throwIfAborted();
    return context;
  }

  async usage(): Promise<SandboxUsage> {
    return await this.#place.usage();
  }

  async warmUp(): Promise<void> {
    await this.#warm.warmUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort(sandboxEnded());
    // Side by side: what hangs in one kernel must not keep the rest.
    const contexts = [...this.#contexts].map((context) => context[Symbol.asyncDispose]());
    const rest = [this.#warm, this.files, this.#place].map((part) => part[Symbol.asyncDispose]());
    await Promise.all([...contexts, ...rest]);
  }

  async *#runCommand(command: string, options: CommandOptions): AsyncGenerator<CommandEvent, void, void> {
    const signal = AbortSignal.any([options.signal, this.#disposal.signal]);
    const { runtime } = await this.#choice.choose(
      driverOf('bash'),
      { version: undefined, folder: WORKSPACE },
      signal,
    );
    yield* runShellCommand(await this.#place.living(signal), runtime, command, { ...options, signal });
  }

  async #startKernel(context: ContextSpec, signal: AbortSignal): Promise<KernelProcess> {
    const driver = driverOf(context.language);
    const folder = driver.fixedFolder ? context.cwd : WORKSPACE;
    const version = context.version ?? versionInEnvironment(driver.runtime, context.env);
    const spec = await this.#choice.choose(driver, { version, folder }, signal);
    this.#choice.use(context.language);
    const ready = await this.#warm.take(spec, signal);
    this.#observer.poolAsked('kernels', ready !== undefined);
    const kernel = ready ?? (await this.#launch(spec, signal));
    try {
      await kernel.enter(context.cwd, context.env, signal);
    } catch (error) {
      kernel.kill();
      throw error;
    } finally {
      this.#replaceWarm(driver);
    }
    return kernel;
  }

  /** The one that always stands by gets ready whatever the first context is. */
  #replaceWarm(taken: KernelDriver): void {
    const always = this.#choice.standingBy().filter(({ standsBy }) => standsBy === 'always');
    for (const driver of new Set([...always, taken])) this.#warm.replace(driver);
  }

  #launch(spec: KernelSpec, signal: AbortSignal): Promise<KernelProcess> {
    const spawn: Spawn = async (...guest) => await launchKernel(await this.#place.living(guest[1]), ...guest);
    return KernelProcess.start(spec, spawn, signal);
  }
}
