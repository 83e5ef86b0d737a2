import type { KernelSettings } from '../../kernels/kernel.ts';
import type { Runtime } from '../../kernels/runtimes.ts';
import { words } from './anchor-arguments.ts';
import { kernelEnvironment } from './kernel-environment.ts';

const MIB = 1024 * 1024;
const WORKSPACE = '/workspace';

/** What the limits of a kernel's processes follow from. */
export interface PlaceSettings extends KernelSettings {
  workspaceMiB: number;
  /** A folder of the host, whose files may be of any size. */
  workspace?: string | undefined;
  homeMiB: number;
  processes: number;
}

interface Guest {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  runtime: Runtime;
  /** Folders of further commands. */
  toolchains: readonly string[];
  /** Where it starts; made where it does not exist. */
  folder: string;
  /** Limit of the data of one process. */
  dataMiB: number;
  /** Number of the inherited descriptor with the seccomp program. */
  seccompFd: number;
  /** Of an inherited descriptor with what is to be its /etc/resolv.conf, where it has a network. */
  resolvConfFd: number | undefined;
}

/**
 * The command that puts a guest into a sandbox: into the namespaces of the anchor, then into its own (pid, user),
 * without capabilities and without the right to make further user namespaces, behind the seccomp filter.
 */
export function kernelArguments(
  target: number,
  settings: PlaceSettings,
  guest: Guest,
): [string, ...string[]] {
  const env = kernelEnvironment(guest.runtime, guest.toolchains, guest.env);
  const { workspace, workspaceMiB, homeMiB, processes } = settings;
  const fileBytes = workspace === undefined ? String(Math.max(workspaceMiB, homeMiB) * MIB) : 'unlimited';
  return [
    'nsenter',
    // -p too: without it bwrap fails and leaves a hung orphan.
    ...words(`-t ${String(target)} -U -m -n -u -i -p --preserve-credentials --`),
    ...words('bwrap --unshare-user --unshare-pid --unshare-ipc --unshare-cgroup-try --uid 1000 --gid 1000'),
    ...words('--disable-userns --die-with-parent --new-session --cap-drop ALL --clearenv'),
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...words('--bind / / --dev /dev --bind /dev/shm /dev/shm --remount-ro /dev'),
    ...words('--proc /proc --ro-bind /proc/sys /proc/sys --chdir /workspace'),
    ...(guest.resolvConfFd === undefined
      ? []
      : words(`--perms 0644 --ro-bind-data ${String(guest.resolvConfFd)} /etc/resolv.conf`)),
    ...words(`--seccomp ${String(guest.seccompFd)} --`),
    // No --cpu: RLIMIT_CPU adds up over the life of a kernel and would end it in some later cell.
    ...words(`prlimit --nproc=${String(processes)} --nofile=4096 --core=0 --fsize=${fileBytes}`),
    // What counts for a user as a whole, of which an ordinary user's server has but one: some of it, not all.
    ...words(`--data=${String(guest.dataMiB * MIB)} --sigpending=1024 --msgqueue=65536 --`),
    ...inFolder(guest),
  ];
}

function inFolder({ argv, folder }: Guest): readonly string[] {
  if (folder === WORKSPACE) return argv;
  return ['sh', '-c', 'mkdir -p "$0" && cd "$0" && exec "$@"', folder, ...argv];
}
