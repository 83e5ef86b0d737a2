import type { Mount } from '../../kernels/kernel.ts';
import { HOME } from './kernel-environment.ts';
import type { SandboxLimits } from './limits.ts';
import { readOnlyMounts, systemMounts } from './mounts.ts';
import type { WorkspaceMount } from './workspace.ts';

const MIB = 1024 * 1024;

/**
 * inotify counts for a user as a whole, of which an ordinary user's server has but one, here and on the host: a sandbox
 * may have some of it, not all. Where this file cannot be written, it may have all.
 */
const LEAVE_OTHERS_SOME = '{ echo 64 >/proc/sys/user/max_inotify_instances || :; } 2>/dev/null';

export interface AnchorSpec {
  /** Host user that everything in the sandbox runs as; undefined where the server is no root and lends its own. */
  uid: number | undefined;
  limits: SandboxLimits;
  /** Folder of this sandbox on the host, seen inside as /run/sandcell. */
  folder: string;
  /** Files for /etc: passwd, group, hosts and the like. */
  etc: string;
  /** Lines to be mounted first (root only): what stands below folders that keep other users out. */
  fstab: string | undefined;
  mounts: readonly Mount[];
  workspaceMiB: number;
  /** A folder of the host at /workspace, instead of a file system in memory. */
  workspace: WorkspaceMount | undefined;
  homeMiB: number;
  tmpMiB: number;
  shmMiB: number;
  /** Inodes of each of /workspace, home, /tmp and /dev/shm: a tmpfs of limited size can still eat the memory with empty files. */
  files: number;
}

/**
 * The arguments of the bwrap that makes a sandbox. It is neither told to die with its parent nor to write to it: where
 * bwrap ends between the birth of its child and the word that lets it go on, the child waits for that word forever.
 */
export function anchorArguments(spec: AnchorSpec): string[] {
  return [
    ...words('--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try'),
    // uid 0 inside: otherwise bwrap makes a second user namespace, which nsenter may not enter.
    ...words('--uid 0 --gid 0 --hostname sandbox --new-session --clearenv'),
    ...words(
      '--setenv PATH /usr/sbin:/usr/bin:/sbin:/bin --cap-add CAP_SYS_ADMIN --cap-add CAP_SYS_RESOURCE',
    ),
    ...systemMounts(),
    ...ETC.flatMap((name) => ['--ro-bind', `${spec.etc}/${name}`, `/etc/${name}`]),
    ...['--ro-bind', spec.folder, '/run/sandcell', '--dev', '/dev', '--proc', '/proc'],
    ...['--perms', '1777', '--size', size(spec.tmpMiB), '--tmpfs', '/tmp'],
    ...['--perms', '1777', '--size', size(spec.shmMiB), '--tmpfs', '/dev/shm'],
    ...workspace(spec),
    ...words('--perms 0755 --dir /home'),
    ...['--perms', '0755', '--size', size(spec.homeMiB), '--tmpfs', HOME],
    ...readOnlyMounts(spec.mounts), // after /tmp: a runtime may be installed below it
    ...words('--remount-ro / --remount-ro /dev --chdir / -- /bin/sh -c'),
    script(spec),
  ];
}

function workspace({ workspace: mount, workspaceMiB }: AnchorSpec): string[] {
  if (!mount) return ['--perms', '0755', '--size', size(workspaceMiB), '--tmpfs', '/workspace'];
  return [mount.isReadOnly ? '--ro-bind' : '--bind', mount.source, '/workspace'];
}

const ETC = ['passwd', 'group', 'hosts', 'nsswitch.conf', 'resolv.conf'];

/** What the anchor's own shell does before it becomes `cat`. */
function script(spec: AnchorSpec): string {
  // With its source named, mount(8) does not repeat the present options, of which uid= is refused here.
  const remount = (folder: string, mib: number): string =>
    `mount -o remount,nosuid,nodev,nr_inodes=${String(spec.files)},size=${size(mib)} tmpfs ${folder}`;
  return [
    remount('/tmp', spec.tmpMiB),
    remount('/dev/shm', spec.shmMiB),
    ...(spec.workspace ? [] : [remount('/workspace', spec.workspaceMiB)]),
    remount(HOME, spec.homeMiB),
    LEAVE_OTHERS_SOME,
    'echo ready',
    'exec cat >/dev/null',
  ].join(' && ');
}

function size(mib: number): string {
  return String(mib * MIB);
}

/** Arguments that hold no white space themselves. */
export function words(text: string): string[] {
  return text.split(' ');
}
