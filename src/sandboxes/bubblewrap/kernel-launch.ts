import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { SandboxError } from '../../errors.ts';
import type { AttachedKernel, KernelDriver, KernelExit } from '../../kernels/kernel.ts';
import type { Runtime } from '../../kernels/runtimes.ts';
import { deadline } from '../../processes/deadline.ts';
import { defer } from '../../processes/deferred.ts';
import type { Anchor } from './anchor.ts';
import type { AttachServer, Expected, Role } from './attach-server.ts';
import { kernelArguments, type KernelSettings } from './kernel-arguments.ts';
import { explainExit } from './kernel-exit.ts';
import type { Fifo, FifoStock } from './fifo.ts';
import type { SandboxLimits } from './limits.ts';
import { explainIsolationFailure } from './probe.ts';
import { childrenOf, launch } from './process.ts';

const ATTACH_DEADLINE_MS = 20_000;

/** What a kernel needs of the sandbox it starts in. */
export interface KernelPlace {
  anchor: Anchor;
  attach: AttachServer;
  fifos: FifoStock;
  limits: SandboxLimits;
  settings: KernelSettings;
  uid: number | undefined;
  /** File with the seccomp program. */
  seccomp: string;
}

/** Starts a guest in a sandbox and waits until it has attached. Throws SandboxError; nothing is left then. */
export async function launchKernel(
  place: KernelPlace,
  driver: KernelDriver,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<AttachedKernel> {
  const roles: Role[] = driver.interrupt === 'socket' ? ['frames', 'interrupt'] : ['frames'];
  using expected = place.attach.expect(driver.attach === 'connect' ? roles : []);
  const [stdout, stderr] = await Promise.all([place.fifos.take(), place.fifos.take()]);
  const child = spawnGuest(place, { driver, runtime, expected, stdout, stderr });
  const kernel = new LaunchedKernel(place, driver, child, { stdout, stderr });
  try {
    const connected =
      driver.attach === 'connect'
        ? Promise.all([expected.connection('frames'), interruptConnection(driver, expected)])
        : Promise.resolve([inheritedSocket(child), undefined] as const);
    const died = kernel.exited.then((exit) => Promise.reject(startFailure(driver, exit, stderr)));
    const [frames, interrupts] = await deadline(
      Promise.race([connected, died]),
      ATTACH_DEADLINE_MS,
      signal,
      `the ${driver.language} kernel did not attach`,
    );
    kernel.attached(frames, interrupts);
    return kernel;
  } catch (error) {
    kernel.kill();
    stdout.reader.destroy();
    stderr.reader.destroy();
    throw error;
  }
}

interface Guest {
  driver: KernelDriver;
  runtime: Runtime;
  expected: Expected;
  stdout: Fifo;
  stderr: Fifo;
}

function spawnGuest(place: KernelPlace, { driver, runtime, expected, stdout, stderr }: Guest): ChildProcess {
  const seccomp = openSync(place.seccomp, 'r');
  const command = driver.command(runtime, { memoryMiB: place.settings.memoryMiB });
  const attachEnv =
    driver.attach === 'connect'
      ? { SANDCELL_ADDRESS: '/run/sandcell/host.sock', SANDCELL_TOKEN: expected.token }
      : {};
  const preload = driver.language === 'python' ? { SANDCELL_PRELOAD: place.settings.preload.join(',') } : {};
  const env = { ...command.env, ...attachEnv, ...preload };
  try {
    return launch({
      argv: kernelArguments(place.anchor.target, place.settings, {
        argv: command.argv,
        env,
        runtime,
        seccompFd: 4,
        dataMiB: place.settings.memoryMiB + driver.reservedMiB,
      }),
      stdio: [
        'ignore',
        stdout.writeFd,
        stderr.writeFd,
        driver.attach === 'inherit' ? 'pipe' : 'ignore',
        seccomp,
      ],
      procsFiles: place.limits.procsFiles,
      uid: place.uid,
    });
  } finally {
    for (const fd of [seccomp, stdout.writeFd, stderr.writeFd]) closeSync(fd);
  }
}

function interruptConnection(driver: KernelDriver, expected: Expected): Promise<Duplex> | undefined {
  return driver.interrupt === 'socket' ? expected.connection('interrupt') : undefined;
}

function inheritedSocket(child: ChildProcess): Duplex {
  const socket = child.stdio[3];
  if (!(socket instanceof Duplex)) throw new Error('the frames descriptor is no socket');
  return socket;
}

function startFailure(driver: KernelDriver, exit: KernelExit, stderr: Fifo): SandboxError {
  const said = String(stderr.reader.read() ?? '')
    .trim()
    .slice(-2000);
  if (/^(bwrap|nsenter|setpriv|prlimit): /m.test(said)) return explainIsolationFailure(said);
  return new SandboxError(
    'INTERNAL',
    `the ${driver.language} kernel ${exit.detail} before it attached${said && `: ${said}`}`,
    {
      hint: 'Run `sandcell doctor` on the host: it checks isolation and runtimes and says how to mend them.',
    },
  );
}

/** A started kernel: nsenter → bwrap → its init (pid 1 of the kernel's own namespace) → the guest. */
class LaunchedKernel implements AttachedKernel {
  readonly stdout: Fifo['reader'];
  readonly stderr: Fifo['reader'];
  readonly exited: Promise<KernelExit>;
  #frames: Duplex | undefined;
  #interrupts: Duplex | undefined;
  #gone = false;
  #cause: KernelExit['cause'] | undefined;
  readonly #driver: KernelDriver;
  readonly #child: ChildProcess;
  readonly #watch: Disposable | undefined;
  readonly #limits: SandboxLimits;
  #memoryKills: number;

  constructor(
    place: KernelPlace,
    driver: KernelDriver,
    child: ChildProcess,
    outputs: { stdout: Fifo; stderr: Fifo },
  ) {
    this.#driver = driver;
    this.#child = child;
    this.stdout = outputs.stdout.reader;
    this.stderr = outputs.stderr.reader;
    this.#limits = place.limits;
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

  interrupt(executionCount: number): void {
    if (this.#gone) return;
    if (this.#driver.interrupt === 'socket') this.#interrupts?.write(Uint8Array.of(executionCount & 0xff));
    else signalGroup(this.#guest(), 'SIGINT');
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

/** Signals the process group of `pid`, the server's own excepted. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  const group = pid === undefined ? undefined : groupOf(pid);
  if (group !== undefined && group > 1 && group !== groupOf(process.pid)) trySignal(-group, signal);
}

function groupOf(pid: number): number | undefined {
  try {
    // After the name in parentheses, which may hold anything: state, parent, group.
    return Number(
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')
        .pop()
        ?.split(' ')[2],
    );
  } catch {
    return undefined;
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
