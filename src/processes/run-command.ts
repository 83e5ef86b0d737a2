import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface CommandOptions {
  /** Wall-clock limit, after which the command and everything in its process group is killed. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** The whole environment: nothing is inherited from the server. PATH is set where it is left out. */
  env?: Readonly<Record<string, string>>;
  /** Of each of stdout and stderr; what comes after is read and dropped. Default 1 MiB. */
  maxOutputBytes?: number;
  /** Called with each whole line of stdout as it comes. */
  onLine?: (line: string) => void;
}

export interface CommandResult {
  /** Exit code, or null after a signal. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** Whether output beyond `maxOutputBytes` was dropped. */
  truncated: boolean;
}

/**
 * Runs a command of the host in `/` without a terminal and without input. A failing command is a result, not an
 * exception. Throws the system's error where the command cannot be started, and the signal's reason when it is
 * aborted; by then the process group has been killed.
 */
export async function runCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandResult> {
  const { timeoutMs, signal, env = {}, maxOutputBytes = 1_048_576 } = options;
  signal?.throwIfAborted();

  const [command, ...args] = argv;
  const child = spawn(command, args, {
    cwd: '/',
    env: { PATH: DEFAULT_PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that what the command starts can be killed with it.
    detached: true,
  });
  if (options.onLine) createInterface(child.stdout).on('line', options.onLine);
  const stdout = keepHead(child.stdout, maxOutputBytes);
  const stderr = keepHead(child.stderr, maxOutputBytes);

  let timedOut = false;
  const kill = (): void => {
    killGroup(child.pid);
    // A descendant that left the group may hold the pipes open for ever: 'close' must not wait for it.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });

  try {
    const exit = await new Promise<Pick<CommandResult, 'code' | 'signal'>>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signalName) => {
        resolve({ code, signal: signalName });
      });
    });
    signal?.throwIfAborted();
    const truncated = stdout.isTruncated() || stderr.isTruncated();
    return { ...exit, stdout: stdout.text(), stderr: stderr.text(), timedOut, truncated };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: every process of the group has ended already.
  }
}

function keepHead(stream: Readable, maxBytes: number): { text: () => string; isTruncated: () => boolean } {
  const chunks: Buffer[] = [];
  let keptBytes = 0;
  let truncated = false;
  stream.on('data', (chunk: Buffer) => {
    const head = chunk.subarray(0, maxBytes - keptBytes);
    if (head.length < chunk.length) truncated = true;
    if (head.length > 0) chunks.push(head);
    keptBytes += head.length;
  });
  return { text: () => Buffer.concat(chunks).toString('utf8'), isTruncated: () => truncated };
}
