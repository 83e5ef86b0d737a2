import type { Context, ContextSpec } from '../contexts/context.ts';
import type { SandboxCommands } from './commands.ts';

/** One isolated place with its contexts. Contexts share its files and its loopback network, nothing else. */
export interface Sandbox extends AsyncDisposable {
  readonly id: string;
  readonly commands: SandboxCommands;
  /** Throws SandboxError: `RUNTIME_NOT_FOUND`, `INVALID_ARGUMENT` (cwd), `ISOLATION_UNAVAILABLE`, `INTERNAL`. */
  createContext(spec: ContextSpec, signal: AbortSignal): Promise<Context>;
  /** Settles when what makes the sandbox instant (its warm kernel) is ready; never rejects. */
  warmUp(): Promise<void>;
}

/** A way of making sandboxes. Disposing it removes what is left of it: every sandbox has been disposed before. */
export interface SandboxDriver extends AsyncDisposable {
  readonly name: string;
  /**
   * Finds out beforehand what sandboxes here need, and removes what killed servers have left; starts nothing that lives.
   * Never rejects: the first sandbox tries again, and says what is wrong.
   */
  prepare(): Promise<void>;
  /** Throws SandboxError `ISOLATION_UNAVAILABLE` with the reason and the fix where this host cannot isolate. */
  createSandbox(signal: AbortSignal): Promise<Sandbox>;
}
