import { z } from 'zod';
import { newId } from '../ids.ts';
import {
  callSchema,
  checked,
  endOf,
  envSchema,
  idSchema,
  languageSchema,
  pathSchema,
  versionSchema,
} from './arguments.ts';
import { type CodeContext, toCodeContext } from './code-context.ts';
import { asked, askedEvents, InvalidArgumentError } from './errors.ts';
import type { Execution, ExecutionStreamEvent } from './execution.ts';
import { ExecutionRecord } from './execution-record.ts';
import { type ExecutionHandlers, handle } from './handlers.ts';
import type { LiveSandbox } from './live-sandbox.ts';
import { publicEvents } from './run-events.ts';
import { SupportedLanguage } from './supported-language.ts';

const MAX_CODE_BYTES = 1_000_000;

/** Every call of the library takes these. */
export interface CallOptions {
  /** Aborting it ends the call, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Time limit in milliseconds; then the call rejects with a `TimeoutError`. */
  timeoutMs?: number | undefined;
}

export interface CreateContextOptions extends CallOptions {
  /** Your own label. */
  name?: string | undefined;
  /** Version of the runtime or its beginning, such as `'3.11'`. Default: what `env` says, or the newest installed. */
  version?: string | undefined;
  /** Working folder; made where it does not exist. Default: `/workspace`. */
  cwd?: string | undefined;
  /** Environment variables, beside those of the sandbox. */
  env?: Readonly<Record<string, string>> | undefined;
}

export interface RunStreamOptions {
  /** Where it runs: a context of `createContext`, or anything else with its id. */
  context?:
    { readonly id?: string | undefined; readonly language?: SupportedLanguage | undefined } | undefined;
  /** Where there is no context: the default context of this language, made on first use. Default: Python. */
  language?: SupportedLanguage | undefined;
  /**
   * Aborting it interrupts the cell: the run ends with status `interrupted`, and the state is kept where that works. Where
   * its turn has not come yet, the call rejects with the signal's reason.
   */
  signal?: AbortSignal | undefined;
  /**
   * Time limit of the cell in milliseconds, from the moment its turn comes; then it is interrupted, and the run ends with
   * status `timeout`. Default: `defaultTimeoutMs` of the sandbox, 45000.
   */
  timeoutMs?: number | undefined;
}

export interface RunOptions extends RunStreamOptions {
  handlers?: ExecutionHandlers | undefined;
}

const contextSchema = callSchema.extend({
  name: z.string().max(200).optional(),
  version: versionSchema.optional(),
  cwd: pathSchema.optional(),
  env: envSchema.optional(),
});
const handler = z.custom<never>((value) => typeof value === 'function', 'is no function').optional();
const handlersSchema = z.strictObject({
  ...{ onInit: handler, onStdout: handler, onStderr: handler, onResult: handler, onDisplay: handler },
  ...{ onError: handler, onExecutionComplete: handler, onEvent: handler },
});
const runSchema = callSchema.extend({
  context: z.object({ id: idSchema.optional(), language: languageSchema.optional() }).optional(),
  language: languageSchema.optional(),
});
const codeSchema = z
  .string()
  .refine((code) => Buffer.byteLength(code) <= MAX_CODE_BYTES, `the code is over ${MAX_CODE_BYTES} bytes`);

/** Runs code in the contexts of a sandbox. */
export class Codes {
  readonly #live: LiveSandbox;

  /** Use `CodeInterpreter.create`. */
  constructor(live: LiveSandbox) {
    this.#live = live;
  }

  /**
   * Starts a fresh, empty state of one language. Throws `RuntimeNotFoundError` where it is not installed,
   * `LimitReachedError` where the sandbox has no room for it.
   */
  async createContext(language: SupportedLanguage, options: CreateContextOptions = {}): Promise<CodeContext> {
    return await asked(async () => {
      const wanted = checked(languageSchema, language, 'codes.createContext');
      const { signal, timeoutMs, ...request } = checked(contextSchema, options, 'codes.createContext');
      const end = endOf({ signal, timeoutMs });
      return toCodeContext(await this.#live.open().contexts.create({ language: wanted, ...request }, end));
    });
  }

  /**
   * Runs a cell: what it defines is there for the next one. Runs of one context go one after the other. A cell that fails
   * sets `error` of the execution; it does not throw.
   */
  async run(code: string, options: RunOptions = {}): Promise<Execution> {
    return await asked(async () => {
      const { handlers = {}, ...rest } = options;
      checked(handlersSchema, handlers, 'codes.run');
      const record = new ExecutionRecord(this.#live.keepLimits);
      for await (const event of this.#events(code, rest, 'codes.run')) {
        record.add(event);
        await handle(handlers, event);
      }
      return record.execution();
    });
  }

  /** As {@link run}, event by event; the last one is `complete`. Leaving the loop early interrupts the cell. */
  runStream(code: string, options: RunStreamOptions = {}): AsyncGenerator<ExecutionStreamEvent, void, void> {
    return askedEvents(this.#events(code, options, 'codes.runStream'));
  }

  /** Throws `ContextNotFoundError`. */
  async getContext(id: string): Promise<CodeContext> {
    return await asked(async () => {
      const wanted = checked(idSchema, id, 'codes.getContext');
      return await Promise.resolve(toCodeContext(this.#live.open().contexts.get(wanted)));
    });
  }

  /** All contexts, or those of one language; default contexts are among them. */
  async listContexts(language?: SupportedLanguage): Promise<CodeContext[]> {
    return await asked(async () => {
      const wanted = checked(languageSchema.optional(), language, 'codes.listContexts');
      return await Promise.resolve(this.#live.open().contexts.list(wanted).map(toCodeContext));
    });
  }

  /** Ends a context; a cell that runs in it ends with it. Throws `ContextNotFoundError`. */
  async deleteContext(id: string): Promise<void> {
    await asked(async () => {
      await this.#live.open().contexts.delete(checked(idSchema, id, 'codes.deleteContext'));
    });
  }

  /** Ends all contexts of a language. */
  async deleteContexts(language: SupportedLanguage): Promise<void> {
    await asked(async () => {
      const wanted = checked(languageSchema, language, 'codes.deleteContexts');
      await this.#live.open().contexts.deleteAll(wanted);
    });
  }

  /**
   * Interrupts what runs in a context; the run ends with status `interrupted`. The id of one execution is taken, too.
   * False where nothing runs; what waits for its turn is left alone. Throws `ContextNotFoundError`.
   */
  async interrupt(contextId: string): Promise<boolean> {
    return await asked(async () => {
      const wanted = checked(idSchema, contextId, 'codes.interrupt');
      return await Promise.resolve(this.#live.open().contexts.interrupt(wanted));
    });
  }

  async *#events(
    code: string,
    options: RunStreamOptions,
    method: string,
  ): AsyncGenerator<ExecutionStreamEvent, void, void> {
    const source = checked(codeSchema, code, method);
    const { context: target, language, signal, timeoutMs } = checked(runSchema, options, method);
    const { contexts, settings } = this.#live.open();
    const limitMs = timeoutMs ?? settings.defaultTimeoutMs;
    if (limitMs > settings.maxTimeoutMs) {
      throw invalid(
        `${method}: timeoutMs is ${limitMs}, over maxTimeoutMs of the sandbox, ${settings.maxTimeoutMs}`,
        'Raise maxTimeoutMs in Sandbox.create.',
      );
    }
    const stop = endOf({ signal });
    const wanted = [target?.language, language].filter((one) => one !== undefined);
    const context =
      target?.id === undefined
        ? await contexts.default(wanted[0] ?? SupportedLanguage.PYTHON, stop)
        : contexts.get(target.id);
    const other = wanted.find((one) => one !== context.language);
    if (other !== undefined) {
      throw invalid(
        `${method}: context ${context.id} is one of ${context.language}, not of ${other}`,
        'Pass either a context or a language.',
      );
    }
    const id = newId('exec');
    using run = contexts.begin(context.id, id);
    const ended = AbortSignal.any([stop, run.signal]);
    const events = context.execute(source, { executionId: id, timeoutMs: limitMs, signal: ended });
    for await (const event of publicEvents(
      { id, contextId: context.id, language: context.language },
      events,
    )) {
      run.hasBegun = true;
      yield event;
    }
  }
}

function invalid(message: string, hint: string): InvalidArgumentError {
  return new InvalidArgumentError('INVALID_ARGUMENT', message, { hint });
}
