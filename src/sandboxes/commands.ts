export interface CommandOptions {
  /** Absolute path inside the sandbox; made where it does not exist. */
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Wall-clock limit; undefined is none. */
  timeoutMs: number | undefined;
  /** Aborting it ends the command; the events go on to `exit`. */
  signal: AbortSignal;
}

/** `interrupted`: its signal aborted. `killed`: by a signal that nobody sent through these options, or for memory. */
export type CommandStatus = 'ok' | 'error' | 'timeout' | 'interrupted' | 'killed';

/** What happens while a command runs, in order. `exit` is always the last event, and there is exactly one. */
export type CommandEvent =
  | { type: 'stdout' | 'stderr'; chunk: Buffer }
  | {
      type: 'exit';
      status: CommandStatus;
      /** As a shell counts it: 128 + n after signal n. Null where it is not known. */
      exitCode: number | null;
      /** The part of a sentence for people: "exited with code 3". */
      detail: string;
    };

/** Shell commands in a sandbox, beside its contexts: they share its files and limits, and no state with each other. */
export interface SandboxCommands {
  /**
   * Runs a command line in Bash, without a terminal and without stdin. What it started in the background ends with it,
   * and it ends with the sandbox. Leaving the iterator early ends it. Throws SandboxError where it could not be started.
   */
  run(command: string, options: CommandOptions): AsyncIterable<CommandEvent>;
}
