import { dirname } from 'node:path';
import type { Runtime } from '../../kernels/runtimes.ts';

/** Packages go there, and what tools keep for themselves: neither belongs among the files of the work. */
export const HOME = '/home/user';

const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'];

/** Where pip, npm and Go put the commands of packages. */
const INSTALLED_FOLDERS = [`${HOME}/.local/bin`, `${HOME}/go/bin`];

/** Package managers ask nobody and write below {@link HOME}, whichever program of the sandbox calls them. */
const PACKAGE_MANAGERS = {
  // Not PIP_USER: pip goes there by itself where it cannot write to its Python, and an environment that a cell has made
  // refuses --user.
  PYTHONUSERBASE: `${HOME}/.local`,
  PIP_BREAK_SYSTEM_PACKAGES: '1',
  PIP_NO_INPUT: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_NO_WARN_SCRIPT_LOCATION: '1',
  PIP_PROGRESS_BAR: 'off',
  // The server's front tries again itself; without it, waiting does not help.
  PIP_RETRIES: '1',
  npm_config_prefix: `${HOME}/.local`,
  npm_config_cache: `${HOME}/.cache/npm`,
  npm_config_update_notifier: 'false',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_progress: 'false',
  npm_config_fetch_retries: '1',
  npm_config_fetch_retry_mintimeout: '500',
  GOPATH: `${HOME}/go`,
  GOTOOLCHAIN: 'local',
  GOTELEMETRY: 'off',
};

/** What every kernel starts with; `toolchains` are the folders of the runtimes that contexts get by default. */
export function kernelEnvironment(
  runtime: Runtime,
  toolchains: readonly string[],
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = runtime.kind === 'bash' ? [] : [dirname(runtime.executable)];
  const path = [...new Set([...own, ...INSTALLED_FOLDERS, ...toolchains, ...SYSTEM_FOLDERS])];
  return {
    PATH: path.join(':'),
    HOME,
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    USER: 'user',
    ...PACKAGE_MANAGERS,
    ...more,
  };
}

/** The folders of runtimes that are not among the system's commands. */
export function toolchainFolders(runtimes: readonly Runtime[]): string[] {
  return runtimes
    .map(({ executable }) => dirname(executable))
    .filter((folder) => !SYSTEM_FOLDERS.includes(folder));
}
