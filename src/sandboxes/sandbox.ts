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
