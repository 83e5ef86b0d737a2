import { existsSync, readFileSync } from 'node:fs';
import { isAtLeast } from '../kernels/versions.ts';
import { runCommand } from '../processes/run-command.ts';
import { findCommand, howToInstall } from '../processes/system-commands.ts';
import { CONTAINER_FIX, findContainer } from '../sandboxes/bubblewrap/container.ts';
import {
  apparmorFix,
  findObstacle,
  MINIMUM_BWRAP,
  missingCommands,
  NAMESPACES_FIX,
  NO_LINUX,
  OLD_BWRAP_FIX,
} from '../sandboxes/bubblewrap/probe.ts';
import { failure, type Finding, ok, warning } from './report.ts';

const MINIMUM_NODE = '20.19.0';
const VERSION_DEADLINE_MS = 5000;

export function checkPlatform(): Finding {
  const { platform, arch } = process;
  if (platform !== 'linux') return failure(NO_LINUX.reason, NO_LINUX.fix);
  const kernel = read('/proc/sys/kernel/osrelease') ?? 'unknown';
  const user = process.getuid?.() === 0 ? 'as root' : 'as an ordinary user';
  if (arch === 'x64' || arch === 'arm64') return ok(`Linux ${kernel}, ${arch}, ${user}`);
  return failure(`there is no system call filter for ${arch}`, 'Run Sandcell on x64 or arm64.');
}

export function checkNode(): Finding {
  const { node } = process.versions;
  if (isAtLeast(node, MINIMUM_NODE)) return ok(`${node} at ${process.execPath}`);
  return failure(
    `${node} at ${process.execPath}; ${MINIMUM_NODE} or newer is needed`,
    'Install Node.js 20.19 or newer (with nvm: nvm install --lts) and start the server with it.',
  );
}

export async function checkBubblewrap(signal: AbortSignal): Promise<Finding> {
  const path = findCommand('bwrap');
  if (path === undefined) {
    const { reason, fix } = missingCommands(['bwrap']);
    return failure(reason, fix);
  }
  const answer = await runCommand([path, '--version'], { timeoutMs: VERSION_DEADLINE_MS, signal });
  const version = /\d+\.\d+\.\d+/.exec(answer.stdout)?.[0];
  if (answer.code !== 0 || version === undefined) {
    const said = (answer.stderr || answer.stdout).trim().slice(0, 300) || 'it says nothing';
    const reinstall = `Reinstall it. ${howToInstall(['bubblewrap'])}`;
    return failure(`${path} does not tell its version: ${said}`, findObstacle(said)?.fix ?? reinstall);
  }
  if (isAtLeast(version, MINIMUM_BWRAP)) return ok(`${version} at ${path}`);
  return failure(`${version} at ${path}; ${MINIMUM_BWRAP} or newer is needed`, OLD_BWRAP_FIX);
}

/** Called when a sandbox starts, some only by root. */
const COMMANDS = ['nsenter', 'prlimit', 'setpriv', 'unshare', 'mount', 'mkfifo'];

export function checkCommands(): Finding {
  const missing = COMMANDS.filter((name) => findCommand(name) === undefined);
  if (missing.length === 0) return ok(COMMANDS.join(', '));
  const { reason, fix } = missingCommands(missing);
  return failure(reason, fix);
}

/** `fix` is what the trial of a sandbox says to do; undefined where it works. */
export function checkUserNamespaces(fix: string | undefined): Finding {
  if (!existsSync('/proc/self/ns/user')) {
    return failure('this kernel has no user namespaces', 'Use a kernel that is built with CONFIG_USER_NS.');
  }
  const settings = ['kernel.unprivileged_userns_clone', 'user.max_user_namespaces']
    .map((name) => [name, read(`/proc/sys/${name.replace('.', '/')}`)] as const)
    .filter(([, value]) => value !== undefined);
  const detail = settings.map(([name, value]) => `${name} is ${value ?? ''}`).join(', ');
  const isForbidden = settings.some(([, value]) => value === '0');
  return isForbidden && fix !== undefined ? failure(detail, NAMESPACES_FIX) : ok(detail || 'allowed');
}

export function checkAppArmor(fix: string | undefined): Finding {
  const isRestricted = read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1';
  const name = 'kernel.apparmor_restrict_unprivileged_userns';
  if (fix === apparmorFix())
    return failure(`${isRestricted ? `${name} is 1` : 'denies'}, and bwrap has no profile`, fix);
  if (!isRestricted) return ok('does not restrict user namespaces');
  if (fix === undefined) return ok(`${name} is 1; a profile lets bwrap make them`);
  return warning(`${name} is 1: bwrap needs a profile, if it has none`, apparmorFix());
}

export function checkContainer(fix: string | undefined): Finding {
  const container = findContainer();
  if (container === undefined) return ok('not in one');
  if (fix === CONTAINER_FIX)
    return failure(`in one (${container}) that lets no sandbox start`, CONTAINER_FIX);
  return ok(fix === undefined ? `in one (${container}), which lets sandboxes work` : `in one (${container})`);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
