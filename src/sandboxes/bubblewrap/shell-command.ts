import type { KernelExit } from '../../kernels/kernel.ts';
import { EventQueue } from '../../executions/event-queue.ts';
import type { Runtime } from '../../kernels/runtimes.ts';
import { deadline } from '../../processes/deadline.ts';
import { SandboxError } from '../../errors.ts';
import type { CommandEvent, CommandOptions, CommandStatus } from '../commands.ts';
import { closeEnds, inheritedSocket, type KernelPlace, openEnds, spawnGuest } from './kernel-launch.ts';
import { LaunchedKernel } from './launched-kernel.ts';

/** Above this many bytes waiting for the consumer, the output is left in its pipe. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;
/** From SIGTERM to SIGKILL. */
const TERM_GRACE_MS = 2000;
/** How long a killed command may take to be gone, and then its output to be read to the end. */
const EXIT_DEADLINE_MS = 10_000;
const DRAIN_GRACE_MS = 1000;
const JOIN_DEADLINE_MS = 20_000;
const MAX_COMMAND_BYTES = 1024 * 1024;

/** The script comes over fd 3: arguments can be read by every user of the host. */
const READ_SCRIPT = '__script=$(cat <&3); exec 3<&-; eval "$__script"';

/** Runs a command as a kernel runs, behind the same walls. */
export async function* runShellCommand(
  place: KernelPlace,
  bash: Runtime,
  command: string,
  options: CommandOptions,
): AsyncGenerator<CommandEvent, void, void> {
  const script = scriptOf(command, options.env);
  options.signal.throwIfAborted();
  const queue = new EventQueue<CommandEvent>((event) => ('chunk' in event ? event.chunk.length : 1));
  const running = await start(place, bash, script, options);
  const outputs = [running.stdout, running.stderr];
  const ends = (['stdout', 'stderr'] as const).map((type) => {
    const output = running[type];
    output.on('data', (chunk: Buffer) => {
      queue.push({ type, chunk });
      if (queue.size > HIGH_WATER_BYTES) for (const one of outputs) one.pause();
    });
    output.on('error', () => undefined); // its end is told by the exit
    return new Promise<void>((resolve) => output.once('close', resolve));
  });
  using stop = new Stop(running, options);
  void running.exited.then(async (exit) => {
    const drained = Promise.all(ends);
    await deadline(drained, DRAIN_GRACE_MS, undefined, 'the output did not end').catch(() => undefined);
    queue.push(exitEvent(exit, stop.reason));
    queue.end();
  });
  try {
    for (let events = await queue.take(); events.length > 0; events = await queue.take()) {
      for (const output of outputs) output.resume();
      yield* events;
    }
  } finally {
    running.kill('killed'); // where it was left early; does nothing once it has ended
    for (const output of outputs) output.destroy();
    await deadline(running.exited, EXIT_DEADLINE_MS, undefined, 'a killed command did not end').catch(
      () => undefined,
    );
  }
}

async function start(
  place: KernelPlace,
  runtime: Runtime,
  script: string,
  { cwd, signal }: CommandOptions,
): Promise<LaunchedKernel> {
  await deadline(place.joined, JOIN_DEADLINE_MS, signal, 'the network of the sandbox was not ready');
  const ends = await openEnds(place);
  try {
    const argv = [runtime.executable, '--norc', '--noprofile', '-c', READ_SCRIPT, 'bash'];
    const guest = { argv, env: {}, runtime, folder: cwd, reservedMiB: 0, inheritsSocket: true };
    const child = spawnGuest(place, guest, ends);
    const input = inheritedSocket(child);
    input.on('error', () => undefined); // a command that ended before it read: its exit says so
    input.end(script);
    return new LaunchedKernel(place, 'signal', child, ends);
  } catch (error) {
    closeEnds(ends);
    throw error;
  }
}

/** Ends a command whose time is over, or that nobody wants any more: SIGTERM, then SIGKILL. */
class Stop implements Disposable {
  reason: 'timeout' | 'interrupted' | undefined;
  readonly #command: LaunchedKernel;
  readonly #signal: AbortSignal;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(command: LaunchedKernel, { signal, timeoutMs }: CommandOptions) {
    this.#command = command;
    this.#signal = signal;
    if (timeoutMs !== undefined) this.#timers.push(setTimeout(() => this.#stop('timeout'), timeoutMs));
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.#stop('interrupted');
  };

  #stop(reason: 'timeout' | 'interrupted'): void {
    if (this.reason) return;
    this.reason = reason;
    this.#command.signal('SIGTERM');
    this.#timers.push(setTimeout(() => this.#command.kill('killed'), TERM_GRACE_MS));
  }
}

function exitEvent(exit: KernelExit, reason: Stop['reason']): CommandEvent {
  return { type: 'exit', status: reason ?? statusOf(exit), exitCode: exit.code, detail: exit.detail };
}

function statusOf({ code, cause }: KernelExit): CommandStatus {
  if (cause !== 'exited') return 'killed';
  return code === 0 ? 'ok' : 'error';
}

/** Throws `INVALID_ARGUMENT`. */
function scriptOf(command: string, env: Readonly<Record<string, string>>): string {
  const exports = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_]\w*$/.test(name) || value.includes('\0'))
      throw invalid(`The environment variable ${JSON.stringify(name.slice(0, 100))} cannot be set`);
    return `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`;
  });
  const script = `unset -v __script\n${exports.join('')}${command}\n`;
  if (command.includes('\0')) throw invalid('The command contains a NUL byte');
  const bytes = Buffer.byteLength(script);
  if (bytes > MAX_COMMAND_BYTES)
    throw invalid(`The command and its environment have ${bytes} bytes, over ${MAX_COMMAND_BYTES}`);
  return script;
}

function invalid(message: string): SandboxError {
  return new SandboxError('INVALID_ARGUMENT', message, {
    hint: 'Names of variables are letters, digits and _. Put long input into a file of the sandbox.',
  });
}
