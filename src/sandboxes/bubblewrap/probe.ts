import { existsSync } from 'node:fs';
import { SandboxError } from '../../errors.ts';
import { findCommand, howToInstall, packageOf } from '../../processes/system-commands.ts';
import { CONTAINER_FIX, findContainer } from './container.ts';

/** Why this machine does not isolate, and what to do about it. */
export interface Obstacle {
  readonly reason: string;
  /** For the person who runs the machine: commands as they are to be typed. */
  readonly fix: string;
}

/** Turns what went wrong while a sandbox started into an answer with the reason and the fix. There is no unsandboxed mode. */
export function explainIsolationFailure(error: unknown): SandboxError {
  const said = messageOf(error);
  const obstacle = findObstacle(said);
  const reason = obstacle ? `${obstacle.reason} (${said.slice(0, 300)})` : said.slice(0, 500);
  const fix =
    obstacle?.fix ??
    'Run "sandcell doctor" on the machine where the server runs: it checks all that sandboxes need.';
  return new SandboxError('ISOLATION_UNAVAILABLE', `No sandbox can be started on this machine: ${reason}`, {
    hint: `${fix}\nCode is never run outside a sandbox.`,
    cause: error,
  });
}

/** The obstacle behind the words of bwrap and its like; undefined where they are not known. */
export function findObstacle(said: string): Obstacle | undefined {
  if (process.platform !== 'linux') return NO_LINUX;
  const command = MISSING_COMMAND.exec(said)?.slice(1).find(Boolean);
  if (command !== undefined) return missingCommands([command]);
  return CAUSES.find((cause) => cause.said.test(said))?.obstacle();
}

/** Sandboxes are a feature of the Linux kernel. */
export const NO_LINUX: Obstacle = {
  reason: `sandboxes need Linux, this is ${process.platform}`,
  fix:
    process.platform === 'win32'
      ? 'Run Sandcell inside WSL 2 (wsl --install), or use an OpenSandbox deployment, remote or in a local container.'
      : 'Run Sandcell in a Linux VM, or use an OpenSandbox deployment, remote or in a local container.',
};

/** bwrap is too old for what a sandbox is made of: --size (0.7), --disable-userns (0.8). */
export const MINIMUM_BWRAP = '0.8.0';

export const OLD_BWRAP_FIX =
  `Install bubblewrap ${MINIMUM_BWRAP} or newer: Debian 12, Ubuntu 24.04 and Fedora 39 have it. Or build a release of ` +
  'github.com/containers/bubblewrap: meson setup build --prefix=/usr/local && sudo meson install -C build';

export const NAMESPACES_FIX =
  "Allow them: printf '%s\\n' kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000 | " +
  'sudo tee /etc/sysctl.d/60-sandcell.conf && sudo sysctl -e -p /etc/sysctl.d/60-sandcell.conf';

/** Commands around a sandbox that are not where they are looked for. */
export function missingCommands(commands: readonly string[]): Obstacle {
  const names = commands.map((name) => (name === 'bwrap' ? 'bubblewrap (bwrap)' : name)).join(', ');
  const verb = commands.length === 1 ? 'is' : 'are';
  const elsewhere = commands.flatMap((name) => findCommand(name, process.env['PATH']) ?? []);
  if (elsewhere.length === commands.length && commands.every((name) => findCommand(name) === undefined)) {
    return {
      reason: `${names} ${verb} not among the commands of the system: a sandbox does not see ${elsewhere.join(', ')}`,
      fix: `${howToInstall(commands.map(packageOf))} (or: sudo cp ${elsewhere.join(' ')} /usr/local/bin/)`,
    };
  }
  return { reason: `${names} ${verb} not installed`, fix: howToInstall(commands.map(packageOf)) };
}

/**
 * The profile that lets bwrap, and nothing else, make user namespaces. A profile of the same program that the
 * distribution ships takes the capabilities from whatever bwrap starts, so from a bwrap within.
 */
export function apparmorFix(): string {
  const shipped = '/etc/apparmor.d/bwrap-userns-restrict';
  const bwrap = findCommand('bwrap') ?? '/usr/bin/bwrap';
  const profile = `profile bwrap ${bwrap} flags=(unconfined) { userns, }`;
  const disable = `sudo ln -sf ${shipped} /etc/apparmor.d/disable/ && sudo apparmor_parser -R ${shipped} && `;
  return (
    `Let bwrap make user namespaces, by an AppArmor profile: ${existsSync(shipped) ? disable : ''}` +
    `printf '%s\\n' 'abi <abi/4.0>,' 'include <tunables/global>' '${profile}' | sudo tee /etc/apparmor.d/bwrap && ` +
    'sudo apparmor_parser -r /etc/apparmor.d/bwrap'
  );
}

const MISSING_COMMAND =
  /spawn (\S+) ENOENT|failed to execute ([\w./-]+): No such|exec: ([\w./-]+): not found|: ([\w.-]+): (?:command )?not found/;

/** What is said on machines that do not let bwrap isolate, and what that means. */
const CAUSES: readonly { said: RegExp; obstacle: () => Obstacle }[] = [
  {
    said: /setting up [ug]id map: Permission denied|RTM_NEWADDR/,
    obstacle: () => ({
      reason: 'AppArmor keeps bwrap from using its user namespace, as Ubuntu does since 24.04',
      fix: apparmorFix(),
    }),
  },
  {
    said: /^id-mapped mount: |exec: python3: not found|python3: not found/m,
    obstacle: () => ({
      reason: 'a server that is root shares a workspace by an id-mapped mount, which cannot be made here',
      fix: 'Run the server as the user who owns the folder. As root it takes Linux 5.12, python3, and a file system that allows it, such as ext4, xfs or btrfs.',
    }),
  },
  {
    said: /Unknown option --/,
    obstacle: () => ({ reason: `bubblewrap is older than ${MINIMUM_BWRAP}`, fix: OLD_BWRAP_FIX }),
  },
  {
    said: /No permissions to creat\w+ (a )?new namespace|Creating new namespace failed|unshare failed|max_\w*\*?_?namespaces/,
    obstacle: () => orContainer('user namespaces are not allowed here', NAMESPACES_FIX),
  },
  {
    said: /Can't (bind )?mount|Failed to (make|mount)|pivot_root|remount|setting up [ug]id map|sethostname|nsenter: reassociate/,
    obstacle: () =>
      orContainer(
        'what a sandbox does inside its new namespaces is refused here',
        'Start the server where no SELinux or AppArmor policy and no hardened systemd unit confines it; the audit log (sudo journalctl -k -g denied) names the rule that refused.',
      ),
  },
  {
    said: /Unexpected capabilities/,
    obstacle: () => ({
      reason: 'the server has capabilities without being root, which bwrap refuses',
      fix: 'Start it without any: no AmbientCapabilities= in a systemd unit, --cap-drop ALL for a container.',
    }),
  },
  {
    said: /setpriv: .*failed/,
    obstacle: () => ({
      reason: 'root may not become another user here',
      fix: 'Start the server as an ordinary user; as root, the container needs the capabilities SETUID, SETGID and KILL.',
    }),
  },
  {
    said: /ENOSPC|No space left on device/,
    obstacle: () => ({
      reason: 'the folder for sockets has no space left',
      fix: 'Free some space there, or set XDG_RUNTIME_DIR to a folder that has some.',
    }),
  },
  {
    said: /no system call filter/,
    obstacle: () => ({
      reason: 'there is no system call filter for this processor',
      fix: 'Run Sandcell on x64 or arm64.',
    }),
  },
];

/** Inside a container, it is the container that refuses. */
function orContainer(reason: string, fix: string): Obstacle {
  const container = findContainer();
  return container === undefined
    ? { reason, fix }
    : { reason: `${reason}: a container (${container}) has to allow it`, fix: CONTAINER_FIX };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
