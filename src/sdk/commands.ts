import { posix } from 'node:path';
import { z } from 'zod';
import type { CommandEvent, CommandStatus } from '../sandboxes/commands.ts';
import { checked, envSchema, millisecondsSchema, pathSchema, signalSchema, endOf } from './arguments.ts';
import { asked, askedEvents } from './errors.ts';
import type { Logs, OutputMessage } from './execution.ts';
import { KeptMessages } from './kept-messages.ts';
import type { LiveSandbox } from './live-sandbox.ts';
import { halfCharacters, newDecoders } from './run-events.ts';

export interface CommandOptions {
  /** Working folder; made where it does not exist. Default: `/workspace`. */
  cwd?: string | undefined;
  /** Environment variables, beside those of the sandbox. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Time limit in milliseconds; then the command is ended, and the run has status `timeout`. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborting it ends the command, and the run has status `interrupted`. */
  signal?: AbortSignal | undefined;
}

export interface CommandHandlers {
  onStdout?: ((message: OutputMessage) => void | Promise<void>) | undefined;
  onStderr?: ((message: OutputMessage) => void | Promise<void>) | undefined;
}

export interface RunCommandOptions extends CommandOptions {
  /** Told of output as it comes, one call after the other. The command waits for slow ones. */
  handlers?: CommandHandlers | undefined;
}

/** How a command ended. */
export interface CommandExit {
  /** `ok`, `error` (an exit code other than 0), `timeout`, `interrupted`, or `killed`. */
  readonly status: CommandStatus;
  /** As a shell counts it: 128 + n after signal n. Null where it is not known. */
  readonly exitCode: number | null;
  /** In words: "exited with code 3". */
  readonly detail: string;
}

/** What happens while a command runs; `exit` is the last event. */
export type CommandStreamEvent =
  ({ readonly type: 'stdout' | 'stderr' } & OutputMessage) | ({ readonly type: 'exit' } & CommandExit);

/** All that came of one command. A command that fails does not throw. */
export interface CommandExecution extends CommandExit {
  /** What it printed, as one text. */
  readonly stdout: string;
  readonly stderr: string;
  readonly logs: Logs;
}

const optionsSchema = z.strictObject({
  cwd: pathSchema.optional(),
  env: envSchema.optional(),
  timeoutMs: millisecondsSchema.optional(),
  signal: signalSchema.optional(),
});
const handler = z.custom<never>((value) => typeof value === 'function', 'is no function').optional();
const handlersSchema = z.strictObject({ onStdout: handler, onStderr: handler });

/** Shell commands in a sandbox: they share its files and limits, and no state with each other or with contexts. */
export class SandboxCommands {
  readonly #live: LiveSandbox;

  /** Use `sandbox.commands`. */
  constructor(live: LiveSandbox) {
    this.#live = live;
  }

  /**
   * Runs a command line in Bash, without a terminal and without stdin. What it starts in the background ends with it. One
   * that nobody waits for goes on until it ends, its signal aborts, or the sandbox ends.
   */
  async run(command: string, options: RunCommandOptions = {}): Promise<CommandExecution> {
    return await asked(async () => {
      const { handlers = {}, ...rest } = options;
      checked(handlersSchema, handlers, 'commands.run');
      const kept = {
        stdout: new KeptMessages(this.#live.keepLimits),
        stderr: new KeptMessages(this.#live.keepLimits),
      };
      let exit: CommandExit | undefined;
      for await (const event of this.#events(command, rest, 'commands.run')) {
        if (event.type === 'exit') {
          const { type: _type, ...how } = event;
          exit = how;
          continue;
        }
        kept[event.type].append({ text: event.text, timestamp: event.timestamp });
        await (event.type === 'stdout' ? handlers.onStdout : handlers.onStderr)?.(event);
      }
      if (!exit) throw new Error('a command ended without its last event');
      const [stdout, stderr] = [kept.stdout.read(), kept.stderr.read()];
      const leftOutBytes = { stdout: kept.stdout.leftOutBytes, stderr: kept.stderr.leftOutBytes };
      return {
        ...exit,
        stdout: joined(stdout),
        stderr: joined(stderr),
        logs: { stdout, stderr, leftOutBytes },
      };
    });
  }

  /** As {@link run}, event by event. Leaving the loop early ends the command. */
  runStream(command: string, options: CommandOptions = {}): AsyncGenerator<CommandStreamEvent, void, void> {
    return askedEvents(this.#events(command, options, 'commands.runStream'));
  }

  async *#events(
    command: string,
    options: CommandOptions,
    method: string,
  ): AsyncGenerator<CommandStreamEvent, void, void> {
    const line = checked(z.string().min(1), command, method);
    const { cwd, env, timeoutMs, signal } = checked(optionsSchema, options, method);
    const { sandbox, env: sandboxEnv } = this.#live.open();
    const events = sandbox.commands.run(line, {
      cwd: posix.resolve('/workspace', cwd ?? ''),
      env: { ...sandboxEnv, ...env },
      timeoutMs,
      signal: endOf({ signal }),
    });
    yield* asText(events);
  }
}

async function* asText(events: AsyncIterable<CommandEvent>): AsyncGenerator<CommandStreamEvent, void, void> {
  const decoders = newDecoders();
  for await (const event of events) {
    const timestamp = Date.now();
    if (event.type !== 'exit') {
      const text = decoders[event.type].write(event.chunk);
      if (text !== '') yield { type: event.type, text, timestamp };
      continue;
    }
    yield* halfCharacters(decoders);
    yield event;
  }
}

function joined(messages: readonly OutputMessage[]): string {
  return messages.map(({ text }) => text).join('');
}
