import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { SandboxError } from '../../errors.ts';
import type { AttachedKernel, KernelDriver, KernelExit } from '../../kernels/kernel.ts';
import type { Runtime } from '../../kernels/runtimes.ts';
import { deadline } from '../../processes/deadline.ts';
import type { Anchor } from './anchor.ts';
import type { AttachServer, Expected, Role } from './attach-server.ts';
import { kernelArguments, type KernelSettings } from './kernel-arguments.ts';
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
    expected.refuse();
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
