import { SandboxError } from '../../errors.ts';

interface Cause {
  said: RegExp;
  reason: string;
  fix: string;
}

const APPARMOR_FIX =
  'Allow bwrap to make user namespaces: write the profile "abi <abi/4.0>, include <tunables/global> profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }" to /etc/apparmor.d/bwrap and run "sudo apparmor_parser -r /etc/apparmor.d/bwrap".';

/** What bwrap says on hosts that do not let it isolate, what that means, and what lifts it. */
const CAUSES: readonly Cause[] = [
  {
    said: /ENOENT|bwrap: not found|bwrap': No such file/,
    reason: 'bubblewrap (bwrap) is not installed',
    fix: 'Install it: sudo apt-get install bubblewrap (Debian, Ubuntu), sudo dnf install bubblewrap (Fedora), sudo pacman -S bubblewrap (Arch), sudo apk add bubblewrap (Alpine).',
  },
  {
    said: /uid map|RTM_NEWADDR/,
    reason: 'AppArmor keeps bwrap from using its user namespace (Ubuntu 24.04 does so by default)',
    fix: APPARMOR_FIX,
  },
  {
    said: /No permissions to create new namespace|Creating new namespace failed: Operation not permitted|unshare failed: Operation not permitted/,
    reason: 'this host does not let bwrap make user namespaces',
    fix: 'Enable them: sudo sysctl -w kernel.unprivileged_userns_clone=1 (Debian) and sudo sysctl -w user.max_user_namespaces=10000. In a container, its seccomp profile must allow clone and unshare with CLONE_NEWUSER, setns, mount, umount2 and pivot_root.',
  },
  {
    said: /max_user_namespaces|No space left on device|ENOSPC/,
    reason: 'the limit of user namespaces is reached',
    fix: 'Raise it: sudo sysctl -w user.max_user_namespaces=10000.',
  },
  {
    said: /mount proc|Can't mount proc|Can't mount devpts|remount/,
    reason: 'a fresh /proc or /dev cannot be mounted here, as in a container with masked system paths',
    fix: 'Start the container with --security-opt systempaths=unconfined, as an ordinary user.',
  },
];

/** Turns what went wrong while a sandbox started into an answer with the reason and the fix. There is no unsandboxed mode. */
export function explainIsolationFailure(error: unknown): SandboxError {
  const said = error instanceof Error ? error.message : String(error);
  const cause = CAUSES.find((candidate) => candidate.said.test(said));
  const reason = cause ? `${cause.reason} (${said.slice(0, 300)})` : said.slice(0, 500);
  return new SandboxError('ISOLATION_UNAVAILABLE', `No sandbox can be started on this machine: ${reason}`, {
    hint: `${cause?.fix ?? 'Run "sandcell doctor" on the machine where the server runs: it says what is missing.'} Code is never run outside a sandbox.`,
    cause: error,
  });
}
