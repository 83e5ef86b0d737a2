import type { Settings } from '../config.ts';
import { configuredVersion } from '../kernels/configured-version.ts';
import { MINIMUM_VERSIONS } from '../kernels/runtime-facts.ts';
import type { Runtime, RuntimeKind } from '../kernels/runtimes.ts';
import { matchesVersion } from '../kernels/versions.ts';
import { findCommand, howToInstall } from '../processes/system-commands.ts';
import { failure, type Finding, ok, warning } from './report.ts';

export function checkRuntimes(kind: RuntimeKind, found: readonly Runtime[], settings: Settings): Finding {
  if (found.length === 0) {
    const detail = `none of ${MINIMUM_VERSIONS[kind]} or newer: ${LANGUAGES[kind]} cannot be run`;
    return warning(detail, howToInstall([packageOf(kind)]));
  }
  const width = Math.max(...found.map(({ version }) => version.length));
  const detail = found.map(({ version, executable }) => `${version.padEnd(width)}  ${executable}`).join('\n');
  const wanted = configuredVersion(kind, settings);
  if (wanted === undefined || found.some(({ version }) => matchesVersion(version, wanted))) return ok(detail);
  return failure(
    `${detail}\nnone of them is ${wanted}, which the setting ${kind}_version asks for`,
    `Set ${kind}_version to one of these versions, or leave it out.`,
  );
}

const LANGUAGES: Readonly<Record<RuntimeKind, string>> = {
  python: 'Python',
  node: 'JavaScript and TypeScript',
  java: 'Java',
  go: 'Go',
  bash: 'Bash',
};

function packageOf(kind: RuntimeKind): string {
  const has = (manager: string): boolean => findCommand(manager) !== undefined;
  switch (kind) {
    case 'python':
      return has('pacman') ? 'python' : 'python3';
    case 'node':
      return 'nodejs';
    case 'java':
      if (has('apt-get')) return 'default-jdk-headless';
      if (has('dnf')) return 'java-latest-openjdk-devel';
      return has('pacman') ? 'jdk-openjdk' : 'openjdk21-jdk';
    case 'go':
      return has('apt-get') || has('dnf') ? 'golang' : 'go';
    case 'bash':
      return 'bash';
  }
}
