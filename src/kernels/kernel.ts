import type { Duplex, Readable } from 'node:stream';
import type { Blocked } from '../network/policy.ts';
import type { Language } from '../languages.ts';
import type { Prepared, Preparation } from './preparation.ts';
import type { Runtime, RuntimeKind } from './runtimes.ts';

/**
 * What one language adds: which runtime it needs, how its guest is started, and what its kernel can do.
 * Everything else about kernels is the same for all languages.
 */
export interface KernelDriver {
  readonly language: Language;
  readonly runtime: RuntimeKind;
  /** `connect`: the guest opens the server's socket with a token. `inherit`: it is handed a socket as fd 3. */
  readonly attach: 'connect' | 'inherit';
  /** How a running cell is interrupted: a byte on its second connection, or SIGINT to its process group. */
  readonly interrupt: 'socket' | 'signal';
  /** How frames to the guest are written: JSON lines, or NUL-terminated fields for a guest that cannot parse JSON. */
  readonly wire: 'json' | 'nul';
  /**
   * Memory that the runtime reserves and does not use, in MiB, but which the limit of one process' data (RLIMIT_DATA)
   * counts; that limit is raised by so much.
   */
  readonly reservedMiB: number;
  /**
   * Whether a ready kernel of it stands by in each sandbox in use: from the start, or once some context of this server
   * has used the language.
   */
  readonly standsBy: 'always' | 'once_used' | 'never';
  /** Its process cannot change its folder: a context elsewhere than in /workspace gets a kernel started there. */
  readonly fixedFolder: boolean;
  /** Host folders and files that the guest needs read-only inside the sandbox, beside its runtime. */
  readonly mounts: readonly Mount[];
  /** What is made beforehand from the runtime, the best first: kernels use the first that is ready. */
  preparations?(runtime: Runtime, settings: KernelSettings): readonly Preparation[];
  /** The command inside the sandbox. `prepared` is there where the driver asks for preparations. */
  command(runtime: Runtime, settings: KernelSettings, prepared: Prepared | undefined): KernelCommand;
  /** Whether a kernel that died so ran out of memory by its own account (V8's heap limit), judging by the last stderr. */
  ranOutOfMemory?(exit: { code: number | null; stderrTail: string }): boolean;
  /** Why the runtime says it ended itself, as the part of a sentence: "a fatal error of the Go runtime: …". */
  fatalError?(exit: { code: number | null; stderrTail: string }): string | undefined;
}

/** Settings that concern kernels of any driver. */
export interface KernelSettings {
  memoryMiB: number;
  /** Modules that a Python kernel imports before it is handed over. */
  preload: readonly string[];
  /** `stock`: never prepare anything better. */
  goStrategy: 'auto' | 'stock';
}

/** Which kernel is started. */
export interface KernelSpec {
  driver: KernelDriver;
  runtime: Runtime;
  prepared: Prepared | undefined;
  /** Where its process starts; made where it does not exist. */
  folder: string;
}

export interface Mount {
  /** Path on the host. */
  source: string;
  /** Path inside the sandbox. */
  target: string;
}

export interface KernelCommand {
  argv: readonly [string, ...string[]];
  env: Readonly<Record<string, string>>;
}

/** Why and how a kernel's process ended. */
export interface KernelExit {
  /** Exit code as a shell counts it: 128 + n after signal n. Null where only the connection ended. */
  code: number | null;
  cause: 'exited' | 'killed' | 'out_of_memory' | 'sandbox_died' | 'protocol';
  /** A sentence part for people: "exited with code 3", "segmentation fault (SIGSEGV)". */
  detail: string;
}

/** A started guest whose streams are attached. Whoever spawned it kills it. */
export interface AttachedKernel {
  /** The frames connection: fd 3 of the guest. */
  readonly frames: Duplex;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles once, when the process is gone; never rejects. */
  readonly exited: Promise<KernelExit>;
  /** How many processes were killed for memory in the sandbox since this was last asked. */
  newMemoryKills(): number;
  /** What its network policy has kept it from reaching since this was last called. */
  takeBlocked(): readonly Blocked[];
  /** Interrupts the execution of this count, if it runs; does nothing once the kernel is gone. */
  interrupt(executionCount: number): void;
  /** Sends SIGKILL to the kernel and everything it started; `exited` follows. `cause` overrides what `exited` reports. */
  kill(cause?: KernelExit['cause']): void;
}

/** Starts a guest somewhere and attaches to it. Rejects with a SandboxError where that fails, leaving nothing behind. */
export type Spawn = (spec: KernelSpec, signal: AbortSignal) => Promise<AttachedKernel>;
