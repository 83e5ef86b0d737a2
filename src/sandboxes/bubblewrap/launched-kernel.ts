import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { AttachedKernel, KernelDriver, KernelExit } from '../../kernels/kernel.ts';
import type { Blocked } from '../../network/policy.ts';
import type { KernelNetwork } from '../../network/sandbox-network.ts';
import { defer } from '../../processes/deferred.ts';
import type { Fifo } from './fifo.ts';
import { explainExit } from './kernel-exit.ts';
import type { GuestEnds, KernelPlace } from './kernel-launch.ts';
import type { SandboxLimits } from './limits.ts';
import { childrenOf } from '../../processes/proc.ts';
import { signalGroup, trySignal } from './process.ts';

/** A started kernel: nsenter → bwrap → its init (pid 1 of the kernel's own namespace) → the guest. */
export class LaunchedKernel implements AttachedKernel {
  readonly stdout: Fifo['reader'];
  readonly stderr: Fifo['reader'];
  readonly exited: Promise<KernelExit>;
  #frames: Duplex | undefined;
  #interrupts: Duplex | undefined;
  #gone = false;
  #cause: KernelExit['cause'] | undefined;
  readonly #interrupt: KernelDriver['interrupt'];
  readonly #child: ChildProcess;
  readonly #watch: Disposable | undefined;
  readonly #limits: SandboxLimits;
  readonly #network: KernelNetwork | undefined;
  #memoryKills: number;

  constructor(
    place: KernelPlace,
    interrupt: KernelDriver['interrupt'],
    child: ChildProcess,
    ends: GuestEnds,
  ) {
    this.#interrupt = interrupt;
    this.#child = child;
    this.stdout = ends.stdout.reader;
    this.stderr = ends.stderr.reader;
    this.#limits = place.limits;
    this.#network = ends.network;
    this.#memoryKills = place.limits.oomKills();
    const { promise, resolve } = defer<KernelExit>();
    this.exited = promise;
    if (child.pid !== undefined) {
      this.#watch = place.limits.watch(child.pid, () => {
        this.kill('out_of_memory');
      });
    }
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      this.#gone = true;
      this.#watch?.[Symbol.dispose]();
      this.#network?.[Symbol.dispose]();
      this.#interrupts?.destroy();
      const outOfMemory = this.newMemoryKills() > 0;
      resolve(
        explainExit({ code, signal, cause: this.#cause, outOfMemory, sandboxAlive: place.anchor.alive }),
      );
    };
    child.once('exit', onExit);
    child.once('error', () => {
      onExit(127, null);
    });
  }

  get frames(): Duplex {
    if (!this.#frames) throw new Error('the kernel is not attached');
    return this.#frames;
  }

  attached(frames: Duplex, interrupts: Duplex | undefined): void {
    this.#frames = frames;
    this.#interrupts = interrupts;
    interrupts?.on('error', () => undefined);
    interrupts?.resume();
  }

  newMemoryKills(): number {
    const before = this.#memoryKills;
    this.#memoryKills = this.#limits.oomKills();
    return this.#memoryKills - before;
  }

  takeBlocked(): Blocked[] {
    return this.#network?.takeBlocked() ?? [];
  }

  interrupt(executionCount: number): void {
    if (this.#gone) return;
    if (this.#interrupt === 'socket') this.#interrupts?.write(Uint8Array.of(executionCount & 0xff));
    else this.signal('SIGINT');
  }

  /** To the guest and what it started in its process group. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#gone) signalGroup(this.#guest(), signal);
  }

  kill(cause?: KernelExit['cause']): void {
    if (this.#gone) return;
    this.#cause ??= cause;
    const init = this.#init();
    // Killing its init ends the kernel and everything it started; bwrap and nsenter then tell of it.
    if (init === undefined || !trySignal(init, 'SIGKILL')) this.#child.kill('SIGKILL');
  }

  #init(): number | undefined {
    const bwrap = childrenOf(this.#child.pid ?? 0)[0];
    return bwrap === undefined ? undefined : childrenOf(bwrap)[0];
  }

  #guest(): number | undefined {
    const init = this.#init();
    return init === undefined ? undefined : childrenOf(init)[0]; // the oldest child; orphans come after it
  }
}
