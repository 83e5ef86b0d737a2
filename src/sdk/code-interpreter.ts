import { Codes } from './codes.ts';
import type { SandboxCommands } from './commands.ts';
import { asked, InvalidArgumentError } from './errors.ts';
import type { SandboxFiles } from './files.ts';
import { liveOf, Sandbox } from './sandbox.ts';

/**
 * Runs code in a sandbox, in contexts that keep their state. It wraps a sandbox and owns nothing: all interpreters of a
 * sandbox share its contexts, and it ends with the sandbox.
 */
export class CodeInterpreter {
  readonly sandbox: Sandbox;
  readonly codes: Codes;

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.codes = new Codes(liveOf(sandbox));
  }

  /** Takes a sandbox, or an object that holds one: `create(sandbox)` or `create({ sandbox })`. */
  static async create(sandbox: Sandbox | { readonly sandbox: Sandbox }): Promise<CodeInterpreter> {
    return await asked(async () => {
      const given: unknown =
        sandbox instanceof Sandbox ? sandbox : (sandbox as { sandbox?: unknown } | undefined)?.sandbox;
      if (!(given instanceof Sandbox)) {
        throw new InvalidArgumentError('INVALID_ARGUMENT', 'CodeInterpreter.create: there is no sandbox', {
          hint: 'Pass what Sandbox.create returned.',
        });
      }
      liveOf(given).open();
      return await Promise.resolve(new CodeInterpreter(given));
    });
  }

  /** Id of the sandbox. */
  get id(): string {
    return this.sandbox.id;
  }

  /** The files of the sandbox. */
  get files(): SandboxFiles {
    return this.sandbox.files;
  }

  /** The shell commands of the sandbox. */
  get commands(): SandboxCommands {
    return this.sandbox.commands;
  }
}
