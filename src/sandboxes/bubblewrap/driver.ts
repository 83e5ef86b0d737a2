import { SandboxError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { newId } from '../../ids.ts';
import { type Observer, UNOBSERVED } from '../../observer.ts';
import type { Settings } from '../../config.ts';
import type { SandboxNetwork } from '../../network/sandbox-network.ts';
import type { Registries } from '../../registries/registries.ts';
import type { Sandbox, SandboxDriver, SandboxSpec } from '../sandbox.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { Porter } from './files/porter.ts';
import { findHost, type Host } from './host.ts';
import { newHostUser } from './host-user.ts';
import { KernelChoice } from './kernel-choice.ts';
import { createLimits } from './limits.ts';
import { SandboxPlace } from './place.ts';
import { explainIsolationFailure } from './probe.ts';

const MIB = 1024 * 1024;

/** Makes sandboxes on this machine. Nothing is written before the first one or {@link prepare}. */
export class BubblewrapDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly #settings: Settings;
  readonly #logger: Logger;
  readonly #observer: Observer;
  readonly #kernels: KernelChoice;
  readonly #porter = new Porter();
  #registries: Promise<Registries> | undefined;
  #host: Promise<Host> | undefined;

  constructor(settings: Settings, logger: Logger, observer: Observer = UNOBSERVED) {
    this.#settings = settings;
    this.#logger = logger;
    this.#observer = observer;
    this.#kernels = new KernelChoice(settings, logger);
  }

  async prepare(): Promise<void> {
    // What is asked of package managers for the variables of kernels is remembered.
    const asked = this.#settings.network === 'none' ? undefined : this.#loadRegistries();
    await this.#hosted().catch(() => undefined);
    await asked?.then((registries) => registries.environment('http://127.0.0.1')).catch(() => undefined);
  }

  async createSandbox(_spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    const id = newId('sb');
    try {
      const place = await this.#createPlace(id, await this.#hosted(), signal);
      return new BubblewrapSandbox(id, place, this.#kernels, this.#observer);
    } catch (error) {
      if (signal.aborted || error instanceof SandboxError) throw error;
      throw explainIsolationFailure(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#porter[Symbol.dispose]();
    await this.#kernels[Symbol.asyncDispose]();
    const host = await this.#host?.catch(() => undefined);
    host?.folder[Symbol.dispose]();
    const registries = await this.#registries;
    await registries?.[Symbol.asyncDispose]();
  }

  /** Found out once; a failure is forgotten, so that the next call finds what has been mended meanwhile. */
  async #hosted(): Promise<Host> {
    this.#host ??= findHost(this.#settings, this.#logger);
    try {
      return await this.#host;
    } catch (error) {
      this.#host = undefined;
      throw error;
    }
  }

  /** Loaded only where there is one: a server starts in the time that it takes to load. */
  async #network(sandboxId: string): Promise<SandboxNetwork | undefined> {
    if (this.#settings.network === 'none') return undefined;
    const [settings, logger, observer] = [this.#settings, this.#logger, this.#observer];
    const { createSandboxNetwork } = await import('../../network/create-sandbox-network.ts');
    const registries = await this.#loadRegistries();
    return createSandboxNetwork({ sandboxId, settings, logger, observer, registries });
  }

  #loadRegistries(): Promise<Registries> {
    this.#registries ??= import('../../registries/registries.ts').then(
      ({ Registries: Front }) => new Front(this.#settings, this.#logger),
    );
    return this.#registries;
  }

  async #createPlace(id: string, host: Host, signal: AbortSignal): Promise<SandboxPlace> {
    const { memoryMiB, homeMiB, tmpMiB, shmMiB, processes, cpuPercent } = this.#settings;
    const memoryBytes = memoryMiB * MIB;
    const workspaceMiB = this.#settings.workspace === undefined ? this.#settings.workspaceMiB : 0;
    const tmpfsBytes = (workspaceMiB + homeMiB + tmpMiB + shmMiB) * MIB;
    const limits = await createLimits(id, { memoryBytes, tmpfsBytes, processes, cpuPercent }, host.limits);
    try {
      return await SandboxPlace.create(
        {
          folder: host.folder.nextSandbox(),
          etc: host.folder.etc,
          seccomp: host.folder.seccomp,
          uid: newHostUser(),
          limits,
          network: await this.#network(id),
          fifos: host.fifos,
          porter: this.#porter,
          ...host.mounts,
          toolchains: host.toolchains,
          settings: this.#settings,
        },
        signal,
      );
    } catch (error) {
      await limits[Symbol.asyncDispose]();
      throw error;
    }
  }
}
