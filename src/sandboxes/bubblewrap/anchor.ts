import type { ChildProcess } from 'node:child_process';
import { deadline } from '../../processes/deadline.ts';
import { defer } from '../../processes/deferred.ts';
import { anchorArguments, type AnchorSpec } from './anchor-arguments.ts';
import { launch, trySignal } from './process.ts';
import { childrenOf, isRunning, startTimeOf } from '../../processes/proc.ts';

const START_DEADLINE_MS = 15_000;
const STOP_DEADLINE_MS = 10_000;

/**
 * The process that owns a sandbox's namespaces and its /workspace and /tmp. It runs no user code: kernels enter its
 * namespaces and make their own below. When it ends, the kernel of the host ends everything in its pid namespace.
 * It ends with the server, too: its stdin is a pipe from there.
 */
export class Anchor implements AsyncDisposable {
  /** The process whose namespaces kernels enter, as the host counts. */
  readonly target: number;
  /** When that process started: its pid alone may be somebody else's by now. */
  readonly startTime: string;
  /** Settles when nothing of the sandbox runs any more; never rejects. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #init: number;
  #alive = true;

  private constructor(
    process: ChildProcess,
    { init, target, startTime }: { init: number; target: number; startTime: string },
    exited: Promise<void>,
  ) {
    this.#process = process;
    this.#init = init;
    this.target = target;
    this.startTime = startTime;
    this.exited = exited.then(() => {
      this.#alive = false;
    });
  }

  /** Asks the host: the exit of a kernel may be heard of before that of the anchor which took it along. */
  get alive(): boolean {
    return this.#alive && isRunning(this.#process.pid ?? 0) && isRunning(this.#init);
  }

  /** Throws an Error with what bwrap said where the host does not let it. */
  static async start(spec: AnchorSpec, signal: AbortSignal): Promise<Anchor> {
    const child = launch({
      argv: ['bwrap', ...anchorArguments(spec)],
      stdio: ['pipe', 'pipe', 'pipe'],
      procsFiles: spec.limits.procsFiles,
      fstab: spec.fstab,
      mounting: spec.workspace?.prepare,
      uid: spec.uid,
    });
    const { promise: exited, resolve: onExit } = defer<undefined>();
    for (const event of ['exit', 'error']) {
      child.once(event, () => {
        onExit(undefined);
      });
    }
    try {
      await deadline(started(child), START_DEADLINE_MS, signal, 'the sandbox did not start');
      const init = childrenOf(child.pid ?? 0)[0];
      const target = init === undefined ? undefined : childrenOf(init)[0];
      const startTime = target === undefined ? undefined : startTimeOf(target);
      if (init === undefined || target === undefined || startTime === undefined)
        throw new Error('the sandbox ended while it started');
      return new Anchor(child, { init, target, startTime }, exited);
    } catch (error) {
      child.stdin?.destroy(); // it ends as soon as it stands
      await ended(child, exited);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#alive) {
      try {
        process.kill(this.#init, 'SIGKILL'); // bwrap outlives its init, so its exit says that all are gone
      } catch {
        this.#process.kill('SIGKILL'); // the init is gone already
      }
    }
    await ended(this.#process, this.exited);
  }
}

/** Waits for the end of an anchor that has been told to end; one that does not is killed. */
async function ended(child: ChildProcess, exited: Promise<void>): Promise<void> {
  await deadline(exited, STOP_DEADLINE_MS, undefined, 'the sandbox did not end').catch(() => {
    for (const pid of childrenOf(child.pid ?? 0)) trySignal(pid, 'SIGKILL'); // before bwrap, which could leave them waiting
    child.kill('SIGKILL');
  });
}

/** Waits for the line that the anchor prints once all is set up. */
async function started(child: ChildProcess): Promise<void> {
  const { stdin, stdout, stderr } = child;
  const said = { stdout: '', stderr: '' };
  const { promise, resolve, reject } = defer<undefined>();
  stdin?.on('error', () => undefined);
  for (const [name, stream] of Object.entries({ stdout, stderr })) {
    stream?.on('error', () => undefined);
    stream?.on('data', (chunk: Buffer) => {
      said[name as keyof typeof said] += chunk.toString('utf8').slice(0, 4096);
      if (said.stdout.includes('ready')) resolve(undefined);
    });
  }
  child.once('error', reject);
  child.once('close', () => {
    reject(new Error(said.stderr.trim() || 'bwrap ended without a word'));
  });
  return promise;
}
