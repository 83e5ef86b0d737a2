import type { Context } from '../contexts/context.ts';
import type { SupportedLanguage } from './supported-language.ts';

/** A separate state of one language in a sandbox, as it was when it was asked for. */
export interface CodeContext {
  readonly id: string;
  readonly language: SupportedLanguage;
  /** Full version of the runtime it runs on. */
  readonly version: string;
  readonly name: string | undefined;
  /** Where its cells start. */
  readonly cwd: string;
  readonly status: 'idle' | 'busy';
  /** Runs so far. */
  readonly executionCount: number;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
}

export function toCodeContext(context: Context): CodeContext {
  const { id, language, version, name, cwd, status, executionCount, createdAt, lastUsedAt } = context;
  return {
    ...{ id, language, version, cwd, status, executionCount, createdAt, lastUsedAt },
    name: name ?? undefined,
  };
}
