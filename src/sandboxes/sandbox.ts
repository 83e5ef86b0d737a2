import type { Context, ContextSpec } from '../contexts/context.ts';
import type { SandboxCommands } from './commands.ts';
import type { SandboxFiles } from './files.ts';

/** One isolated place with its contexts. Contexts share its files and its loopback network, nothing else. */
export interface Sandbox extends AsyncDisposable {
  readonly id: string;
  readonly commands: SandboxCommands;
  readonly files: SandboxFiles;
  /** Throws SandboxError: `RUNTIME_NOT_FOUND`, `INVALID_ARGUMENT` (cwd), `ISOLATION_UNAVAILABLE`, `INTERNAL`. */
  createContext(spec: ContextSpec, signal: AbortSignal): Promise<Context>;
  /** A spare, made for nobody, becomes the session's of this id. Throws where it cannot be used any more. */
  handOver?(owner: string, signal: AbortSignal): Promise<void>;
  /** Settles when what makes the sandbox instant (its warm kernel) is ready; never rejects. */
  warmUp(): Promise<void>;
  /** Left out where the driver cannot tell, or cannot do it. */
  usage?(signal: AbortSignal): Promise<SandboxUsage>;
  pause?(signal: AbortSignal): Promise<void>;
  resume?(signal: AbortSignal): Promise<void>;
}

/** What a sandbox uses at one moment. Undefined is what cannot be told here. */
export interface SandboxUsage {
  /** What its file systems in memory hold is among it where control groups count. */
  readonly memoryBytes: number | undefined;
  /** Processor time of all its processes so far. */
  readonly cpuMs: number | undefined;
  /** Processes and threads, or processes alone. */
  readonly processes: number | undefined;
}

export interface SandboxSpec {
  /** Id of the session it is for; undefined for a spare. */
  readonly owner: string | undefined;
}

/** A way of making sandboxes. Disposing it removes what is left of it: every sandbox has been disposed before. */
export interface SandboxDriver extends AsyncDisposable {
  readonly name: string;
  /**
   * Finds out beforehand what sandboxes here need, and removes what killed servers have left; starts nothing that lives.
   * Never rejects: the first sandbox tries again, and says what is wrong.
   */
  prepare(): Promise<void>;
  /**
   * Throws SandboxError `ISOLATION_UNAVAILABLE` with the reason and the fix where this host cannot isolate, or
   * `DRIVER_UNAVAILABLE` where what makes the sandboxes elsewhere cannot be reached or refuses.
   */
  createSandbox(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
}
