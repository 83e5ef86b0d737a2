import type { Context, ContextSpec } from '../../contexts/context.ts';
import { KernelContext } from '../../contexts/kernel-context.ts';
import { versionInEnvironment } from '../../kernels/configured-version.ts';
import { driverOf } from '../../kernels/drivers.ts';
import type { Observer } from '../../observer.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Execd } from './execd.ts';
import { unavailable } from './failure.ts';
import { RemoteCommands } from './remote-commands.ts';
import { RemoteFiles } from './remote-files.ts';
import type { RemoteKernel } from './remote-kernel.ts';
import { placeEnded, type RemotePlace } from './remote-place.ts';
import { checkVersion, enterKernel, startKernel } from './start-kernel.ts';

/** A sandbox on a deployment. One ready Python kernel that belongs to no context stands by. */
export class RemoteSandbox implements Sandbox {
  readonly id: string;
  readonly commands: RemoteCommands;
  readonly files: RemoteFiles;
  readonly #place: RemotePlace;
  readonly #domain: string;
  readonly #observer: Observer;
  readonly #disposal = new AbortController();
  /** Undefined where it could not be started; never rejects. */
  #warm: Promise<RemoteKernel | undefined> | undefined;

  constructor(id: string, place: RemotePlace, domain: string, observer: Observer) {
    this.id = id;
    this.#place = place;
    this.#domain = domain;
    this.#observer = observer;
    const living = async (signal: AbortSignal): Promise<Execd> => (await place.living(signal)).execd;
    this.commands = new RemoteCommands(living, domain, this.#disposal.signal);
    this.files = new RemoteFiles(living, domain);
  }

  async createContext(spec: ContextSpec, signal: AbortSignal): Promise<Context> {
    const either = AbortSignal.any([signal, this.#disposal.signal]);
    const context = await KernelContext.create(spec, (wanted, s) => this.#startKernel(wanted, s), either);
    if (this.#disposal.signal.aborted) await context[Symbol.asyncDispose]();
    this.#disposal.signal.throwIfAborted();
    return context;
  }

  async handOver(session: string, signal: AbortSignal): Promise<void> {
    await this.#place.handOver(session, signal);
  }

  async warmUp(): Promise<void> {
    this.#warm ??= this.#start('python', this.#disposal.signal).catch(() => undefined);
    await this.#warm;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort(placeEnded());
    await this.#place[Symbol.asyncDispose]();
  }

  async #startKernel(spec: ContextSpec, signal: AbortSignal): Promise<RemoteKernel> {
    const { language, env } = spec;
    try {
      const ready = language === 'python' ? await this.#takeWarm() : undefined;
      this.#observer.poolAsked('kernels', ready !== undefined);
      const kernel = ready ?? (await this.#start(language, signal));
      try {
        checkVersion(kernel, spec.version ?? versionInEnvironment(driverOf(language).runtime, env));
        await enterKernel(kernel, spec, signal);
        return kernel;
      } catch (error) {
        kernel.kill();
        throw error;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw unavailable(error, this.#domain);
    }
  }

  async #takeWarm(): Promise<RemoteKernel | undefined> {
    const warm = this.#warm;
    this.#warm = undefined;
    const kernel = await warm;
    return kernel?.exit === undefined ? kernel : undefined;
  }

  async #start(language: ContextSpec['language'], signal: AbortSignal): Promise<RemoteKernel> {
    return await startKernel(language, await this.#place.living(signal), signal);
  }
}
