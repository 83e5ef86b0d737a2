import { runCommand } from '../processes/run-command.ts';
import type { Environment } from '../user-folders.ts';

const TIMEOUT_MS = 30_000;

/** What a command of the host says on stdout, asked with the environment of the server; undefined where it fails. */
export async function ask(
  argv: readonly [string, ...string[]],
  env: Environment,
  signal: AbortSignal,
): Promise<string | undefined> {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('SANDCELL_'));
  const set = own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  try {
    const result = await runCommand(argv, { timeoutMs: TIMEOUT_MS, signal, env: Object.fromEntries(set) });
    return result.code === 0 && !result.truncated ? result.stdout : undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'code' in error) return undefined; // it is not installed
    throw error;
  }
}
