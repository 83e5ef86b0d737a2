import { posix } from 'node:path';
import type { ContextSpec } from '../contexts/context.ts';
import { newId } from '../ids.ts';
import type { Language } from '../languages.ts';

export interface ContextRequest {
  language: Language;
  /** An id, `"new"` for a fresh sandbox, or undefined for the session's default sandbox. */
  sandboxId: string | undefined;
  name?: string | undefined;
  version?: string | undefined;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string>> | undefined;
}

export function toSpec(request: ContextRequest): ContextSpec {
  return {
    id: newId('ctx'),
    language: request.language,
    name: request.name,
    version: request.version,
    cwd: posix.resolve('/workspace', request.cwd ?? ''),
    env: request.env ?? {},
  };
}
