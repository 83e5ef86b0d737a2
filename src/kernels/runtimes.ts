/** A kind of installed toolchain that kernels run on. */
export type RuntimeKind = 'python' | 'node' | 'bash';

/** One installed toolchain. */
export interface Runtime {
  readonly kind: RuntimeKind;
  /** Full version, as the toolchain says it: "3.11.7". */
  readonly version: string;
  /** Absolute path of the executable on the host; the same path inside the sandbox. */
  readonly executable: string;
  /** Host folders that must be visible at the same path inside the sandbox for it to run; empty where /usr is enough. */
  readonly folders: readonly string[];
}
