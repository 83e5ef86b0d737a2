import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { SandboxError } from '../../errors.ts';
import type { AttachedKernel, KernelDriver, KernelExit, KernelSpec } from '../../kernels/kernel.ts';
import type { Runtime } from '../../kernels/runtimes.ts';
import type { KernelNetwork, SandboxNetwork } from '../../network/sandbox-network.ts';
import { deadline } from '../../processes/deadline.ts';
import type { Anchor } from './anchor.ts';
import type { AttachServer, Expected, Role } from './attach-server.ts';
import { kernelArguments, type PlaceSettings } from './kernel-arguments.ts';
import type { Fifo, FifoStock } from './fifo.ts';
import type { SandboxLimits } from './limits.ts';
import { explainIsolationFailure } from './probe.ts';
import { LaunchedKernel } from './launched-kernel.ts';
import { launch } from './process.ts';

const ATTACH_DEADLINE_MS = 20_000;

/** What a kernel needs of the sandbox it starts in. */
export interface KernelPlace {
  anchor: Anchor;
  attach: AttachServer;
  fifos: FifoStock;
  limits: SandboxLimits;
  settings: PlaceSettings;
  uid: number | undefined;
  /** File with the seccomp program. */
  seccomp: string;
  /** Folders of the runtimes that contexts get by default. */
  toolchains: readonly string[];
  network: SandboxNetwork | undefined;
  /** Settles when the network, if there is one, can be used. */
  joined: Promise<void>;
}

/** Starts a guest in a sandbox and waits until it has attached. Throws SandboxError; nothing is left then. */
export async function launchKernel(
  place: KernelPlace,
  spec: KernelSpec,
  signal: AbortSignal,
): Promise<AttachedKernel> {
  const { driver } = spec;
  const roles: Role[] = driver.interrupt === 'socket' ? ['frames', 'interrupt'] : ['frames'];
  using expected = place.attach.expect(driver.attach === 'connect' ? roles : []);
  const ends = await openEnds(place);
  const { stderr } = ends;
  let kernel: LaunchedKernel | undefined;
  try {
    const child = spawnGuest(place, guestOf(place, spec, expected.token), ends);
    kernel = new LaunchedKernel(place, driver.interrupt, child, ends);
    const connected: Promise<readonly [Duplex, Duplex | undefined]> =
      driver.attach === 'connect'
        ? Promise.all([expected.connection('frames'), interruptConnection(driver, expected)])
        : Promise.resolve([inheritedSocket(child), undefined]);
    const what = `the ${driver.language} kernel did not attach`;
    const first = await deadline(Promise.race([connected, kernel.exited]), ATTACH_DEADLINE_MS, signal, what);
    if ('cause' in first) throw startFailure(place, driver, first, stderr);
    await deadline(place.joined, ATTACH_DEADLINE_MS, signal, 'the network of the sandbox was not ready');
    kernel.attached(...first);
    return kernel;
  } catch (error) {
    kernel?.kill();
    expected.refuse();
    closeEnds(ends);
    throw error;
  }
}

/** The server's ends of what connects it with a guest, beside its frames. */
export interface GuestEnds {
  stdout: Fifo;
  stderr: Fifo;
  network: KernelNetwork | undefined;
}

export async function openEnds(place: KernelPlace): Promise<GuestEnds> {
  const network = await place.network?.openKernel();
  try {
    const [stdout, stderr] = await place.fifos.takePair();
    return { stdout, stderr, network };
  } catch (error) {
    network?.[Symbol.dispose]();
    throw error;
  }
}

/** For a guest that did not start. */
export function closeEnds({ stdout, stderr, network }: GuestEnds): void {
  stdout.reader.destroy();
  stderr.reader.destroy();
  network?.[Symbol.dispose]();
}

/** What is started in a sandbox. */
interface Guest {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  runtime: Runtime;
  /** Where it starts; made where it does not exist. */
  folder: string;
  reservedMiB: number;
  /** Whether it is handed one end of a socket pair, whose other end is the child's `stdio[3]`. */
  inheritsSocket: boolean;
}

function guestOf(
  place: KernelPlace,
  { driver, runtime, prepared, folder }: KernelSpec,
  token: string,
): Guest {
  const { argv, env } = driver.command(runtime, place.settings, prepared);
  const connects = driver.attach === 'connect';
  const attachEnv = connects ? { SANDCELL_ADDRESS: '/run/sandcell/host.sock', SANDCELL_TOKEN: token } : {};
  const { reservedMiB } = driver;
  return { argv, env: { ...env, ...attachEnv }, runtime, folder, reservedMiB, inheritsSocket: !connects };
}

/** Takes over the write ends of the FIFOs, whatever comes of it. */
export function spawnGuest(
  place: KernelPlace,
  guest: Guest,
  { stdout, stderr, network }: GuestEnds,
): ChildProcess {
  const handedOver = [stdout.writeFd, stderr.writeFd];
  try {
    const seccomp = openSync(place.seccomp, 'r');
    handedOver.push(seccomp);
    const { argv, env, runtime, folder } = guest;
    const child = launch({
      argv: kernelArguments(place.anchor.target, place.settings, {
        toolchains: place.toolchains,
        ...{ argv, env: { ...network?.environment, ...env }, runtime, folder },
        seccompFd: 4,
        resolvConfFd: network && 5,
        dataMiB: place.settings.memoryMiB + guest.reservedMiB,
      }),
      stdio: [
        ...(['ignore', stdout.writeFd, stderr.writeFd] as const),
        ...([guest.inheritsSocket ? 'pipe' : 'ignore', seccomp, network ? 'pipe' : 'ignore'] as const),
      ],
      procsFiles: place.limits.procsFiles,
      uid: place.uid,
    });
    handOver(child, network?.resolvConf);
    return child;
  } finally {
    for (const fd of handedOver) closeSync(fd);
  }
}

/** bwrap reads it to its end. */
function handOver({ stdio }: { stdio: readonly unknown[] }, text: string | undefined): void {
  const pipe = stdio[5];
  if (!(pipe instanceof Duplex) || text === undefined) return;
  pipe.on('error', () => undefined); // it has ended before: how is told by its exit
  pipe.end(text);
}

function interruptConnection(driver: KernelDriver, expected: Expected): Promise<Duplex> | undefined {
  return driver.interrupt === 'socket' ? expected.connection('interrupt') : undefined;
}

export function inheritedSocket(child: ChildProcess): Duplex {
  const socket = child.stdio[3];
  if (!(socket instanceof Duplex)) throw new Error('the frames descriptor is no socket');
  return socket;
}

/** What a program says that got no thread, process or memory. */
const EXHAUSTED =
  /Resource temporarily unavailable|Cannot allocate memory|EAGAIN|ENOMEM|can't start new thread|uv_thread_create|pthread_create/;

/** Node gives up so (SIGABRT) where it gets no thread, and says nothing. */
const ABORTED = 134;

function startFailure(
  place: KernelPlace,
  driver: KernelDriver,
  exit: KernelExit,
  stderr: Fifo,
): SandboxError {
  const said = String(stderr.reader.read() ?? '')
    .trim()
    .slice(-2000);
  const what = `the ${driver.language} kernel ${exit.detail} before it attached${said && `: ${said}`}`;
  if (exit.cause === 'out_of_memory' || exit.code === ABORTED || EXHAUSTED.test(said)) {
    const { processes, memoryMiB } = place.settings;
    const limits = `${String(processes)} processes and threads, ${String(memoryMiB)} MiB of memory`;
    return new SandboxError(
      'CONTEXT_LIMIT_REACHED',
      `The sandbox has no room for another kernel (${limits}): ${what}`,
      {
        limit: 'kernels',
        hint: 'Create the context in a fresh sandbox (sandbox_id "new"), or end this one with kill_sandbox.',
      },
    );
  }
  if (/^(bwrap|nsenter|setpriv|prlimit): /m.test(said)) return explainIsolationFailure(said);
  return new SandboxError('INTERNAL', what, {
    hint: 'Run `sandcell doctor` on the host: it checks isolation and runtimes and says how to mend them.',
  });
}
