import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { RemoteClient } from './client.ts';
import { Execd, EXECD_PORT } from './execd.ts';
import { isGone, RemoteFailure } from './failure.ts';
import { accessToken, LABEL } from './labels.ts';
import type { CreateSandbox, Lifecycle } from './lifecycle.ts';
import type { KernelHome } from './remote-kernel.ts';
import { Strays } from './strays.ts';

export interface RemotePlaceSpec {
  /** Of the sandbox here; the deployment has its own. */
  id: string;
  create: CreateSandbox;
  apiKey: string | undefined;
  timeoutMs: number;
}

export interface Remote {
  client: RemoteClient;
  lifecycle: Lifecycle;
  logger: Logger;
}

/** From "created" to "answers": a pod may have to be scheduled first. */
const READY_DEADLINE_MS = 120_000;
const POLL_MS = 250;
const NO_SIGNAL = new AbortController().signal;
const ENDED = new Set(['Terminated', 'Failed', 'Stopping']);

/** One sandbox of a deployment. */
interface Machine extends KernelHome {
  readonly remoteId: string;
  readonly strays: Strays;
  readonly renewal: NodeJS.Timeout;
  hasEnded: boolean;
}

/**
 * What a sandbox is on the deployment: made and renewed from here, removed when it is disposed. Where it has gone there,
 * the next kernel gets a new one: same id here, empty files.
 */
export class RemotePlace implements AsyncDisposable {
  readonly #spec: RemotePlaceSpec;
  readonly #remote: Remote;
  readonly #disposal = new AbortController();
  #labels: Record<string, string>;
  #machine: Promise<Machine>;

  private constructor(spec: RemotePlaceSpec, remote: Remote, signal: AbortSignal) {
    this.#spec = spec;
    this.#remote = remote;
    this.#labels = { ...spec.create.metadata };
    this.#machine = this.#start(AbortSignal.any([signal, this.#disposal.signal]));
  }

  /** Throws RemoteFailure; nothing is left then. */
  static async create(spec: RemotePlaceSpec, remote: Remote, signal: AbortSignal): Promise<RemotePlace> {
    const place = new RemotePlace(spec, remote, signal);
    await place.#machine;
    return place;
  }

  /** Where the next kernel starts. */
  async living(signal: AbortSignal): Promise<KernelHome> {
    const restart = (): Promise<Machine> => this.#start(this.#disposal.signal);
    this.#machine = this.#machine.then(
      async (machine) => ((await machine.isGone()) ? await restart() : machine),
      restart,
    );
    const machine = await this.#machine;
    signal.throwIfAborted();
    return machine;
  }

  /** Tells the deployment which session it is for. */
  async handOver(session: string, signal: AbortSignal): Promise<void> {
    const { remoteId } = await this.#machine;
    this.#labels = { ...this.#labels, [LABEL.session]: session };
    await this.#remote.lifecycle.label(remoteId, { [LABEL.session]: session }, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort(placeEnded());
    const machine = await this.#machine.catch(() => undefined);
    if (machine === undefined) return;
    machine.hasEnded = true; // before it has: kernels need not be removed one by one
    this.#letGo(machine);
    await this.#remote.lifecycle.delete(machine.remoteId, NO_SIGNAL);
  }

  async #start(signal: AbortSignal): Promise<Machine> {
    const { lifecycle, logger } = this.#remote;
    let remoteId: string | undefined;
    try {
      ({ id: remoteId } = await lifecycle.create({ ...this.#spec.create, metadata: this.#labels }, signal));
      const execd = await this.#reach(
        remoteId,
        AbortSignal.any([signal, AbortSignal.timeout(READY_DEADLINE_MS)]),
      );
      signal.throwIfAborted();
      logger.info('a sandbox was made on the deployment', {
        sandbox: this.#spec.id,
        remoteSandbox: remoteId,
      });
      return this.#machineOf(remoteId, execd);
    } catch (error) {
      await this.#discard(remoteId);
      signal.throwIfAborted();
      throw error;
    }
  }

  #machineOf(remoteId: string, execd: Execd): Machine {
    const { logger } = this.#remote;
    const renewal = setInterval(() => void this.#renew(machine), (this.#spec.create.timeout * 1000) / 3);
    renewal.unref();
    const isMachineGone = async (): Promise<boolean> => machine.hasEnded || (await this.#looksGone(machine));
    const strays = new Strays(execd, logger);
    const machine: Machine = {
      remoteId,
      execd,
      logger,
      strays,
      renewal,
      hasEnded: false,
      isGone: isMachineGone,
    };
    return machine;
  }

  /** It says "Running" before anything in it answers. */
  async #reach(remoteId: string, signal: AbortSignal): Promise<Execd> {
    const { client, lifecycle } = this.#remote;
    const { id, apiKey, timeoutMs } = this.#spec;
    let last: unknown;
    while (!signal.aborted) {
      const { status } = await lifecycle.get(remoteId, signal);
      if (ENDED.has(status.state))
        throw new RemoteFailure(
          `the sandbox is ${status.state}: ${status.message ?? status.reason ?? 'no reason given'}`,
        );
      try {
        const { url, headers } = await lifecycle.endpoint(remoteId, EXECD_PORT, signal);
        const token = { 'x-execd-access-token': accessToken(apiKey, id) };
        const execd = new Execd(client, { url, headers: { ...token, ...headers } }, timeoutMs);
        await execd.ping(signal);
        return execd;
      } catch (error) {
        if (!(error instanceof RemoteFailure)) break;
        last = error;
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    throw new RemoteFailure(`the sandbox did not answer within ${String(READY_DEADLINE_MS)} ms`, {
      cause: last,
    });
  }

  async #renew(machine: Machine): Promise<void> {
    const expiresAt = new Date(Date.now() + this.#spec.create.timeout * 1000);
    try {
      await this.#remote.lifecycle.renew(machine.remoteId, expiresAt, this.#disposal.signal);
    } catch (error) {
      if (isGone(error)) this.#hasGone(machine);
      else this.#remote.logger.warn('a sandbox could not be renewed', { sandbox: this.#spec.id, error });
    }
  }

  async #looksGone(machine: Machine): Promise<boolean> {
    try {
      const { status } = await this.#remote.lifecycle.get(machine.remoteId, this.#disposal.signal);
      if (ENDED.has(status.state)) this.#hasGone(machine);
    } catch (error) {
      if (isGone(error)) this.#hasGone(machine);
    }
    return machine.hasEnded;
  }

  #hasGone(machine: Machine): void {
    if (machine.hasEnded) return;
    machine.hasEnded = true;
    this.#letGo(machine);
    this.#remote.logger.warn('a sandbox has gone from the deployment', { sandbox: this.#spec.id });
    if (!this.#disposal.signal.aborted) void this.#discard(machine.remoteId);
  }

  #letGo({ renewal, strays }: Machine): void {
    clearInterval(renewal);
    strays[Symbol.dispose]();
  }

  /** Also one of which no answer has told the id: it is found by its label. */
  async #discard(remoteId: string | undefined): Promise<void> {
    const { lifecycle, logger } = this.#remote;
    try {
      const label = { [LABEL.sandbox]: this.#spec.id };
      const ids =
        remoteId === undefined ? (await lifecycle.list(label, NO_SIGNAL)).map(({ id }) => id) : [remoteId];
      for (const id of ids) await lifecycle.delete(id, NO_SIGNAL);
    } catch (error) {
      logger.warn('a sandbox may be left on the deployment until it expires', {
        sandbox: this.#spec.id,
        error,
      });
    }
  }
}

/** What a call is told that still used the sandbox. */
export function placeEnded(): SandboxError {
  return new SandboxError(
    'SANDBOX_NOT_FOUND',
    'The sandbox was ended while the call used it; its state is lost',
    {
      hint: 'Call list_contexts to see what is left, or create a new context.',
    },
  );
}
