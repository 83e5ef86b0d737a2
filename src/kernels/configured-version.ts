import type { Settings } from '../config.ts';
import type { RuntimeKind } from './runtimes.ts';

/** The version, or its beginning, that the user has set for contexts which do not ask for one. */
export function configuredVersion(kind: RuntimeKind, settings: Settings): string | undefined {
  return {
    python: settings.pythonVersion,
    node: settings.nodeVersion,
    java: settings.javaVersion,
    go: settings.goVersion,
    bash: undefined,
  }[kind];
}

/** The version that a context asks for by its environment: PYTHON_VERSION, NODE_VERSION, JAVA_VERSION, GO_VERSION. */
export function versionInEnvironment(
  kind: RuntimeKind,
  env: Readonly<Record<string, string>>,
): string | undefined {
  const value = env[`${kind.toUpperCase()}_VERSION`];
  return /\d+(\.\d+){0,2}/.exec(value ?? '')?.[0]; // images of others say "jdk-17.0.15+6"
}
