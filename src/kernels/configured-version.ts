import type { Settings } from '../config.ts';
import type { RuntimeKind } from './runtimes.ts';

/** The version, or its beginning, that the user has set for contexts which do not ask for one. */
export function configuredVersion(kind: RuntimeKind, settings: Settings): string | undefined {
  switch (kind) {
    case 'python':
      return settings.pythonVersion;
    case 'node':
      return settings.nodeVersion;
    case 'bash':
      return undefined;
  }
}
