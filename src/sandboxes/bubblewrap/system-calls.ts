/** A system call's name and its number on each architecture; null where that one never had it. */
export type SystemCall = readonly [name: string, x64: number | null, arm64: number | null];

/**
 * System calls that a sandbox never needs, by the reason for which they are refused. Most ask for a capability that
 * nobody in a sandbox has; they are refused all the same, before the kernel looks at their arguments.
 */
export const REFUSED: Readonly<Record<string, readonly SystemCall[]>> = {
  /** Reading or steering other processes, and what a debugger could do to a kernel's own helpers. */
  otherProcesses: [
    ['ptrace', 101, 117],
    ['process_vm_readv', 310, 270],
    ['process_vm_writev', 311, 271],
    ['kcmp', 312, 272],
    ['pidfd_getfd', 438, 438],
    ['process_madvise', 440, 440],
    ['process_mrelease', 448, 448],
    ['move_pages', 279, 239],
    ['migrate_pages', 256, 238],
  ],
  /** Mounts and namespaces: the sandbox is made of them. */
  namespaces: [
    ['mount', 165, 40],
    ['umount2', 166, 39],
    ['pivot_root', 155, 41],
    ['chroot', 161, 51],
    ['open_tree', 428, 428],
    ['move_mount', 429, 429],
    ['fsopen', 430, 430],
    ['fsconfig', 431, 431],
    ['fsmount', 432, 432],
    ['fspick', 433, 433],
    ['mount_setattr', 442, 442],
    ['statmount', 457, 457],
    ['listmount', 458, 458],
    ['unshare', 272, 97],
    ['setns', 308, 268],
  ],
  /** Files by handle, and watching or measuring whole file systems, past the paths that are visible. */
  fileSystems: [
    ['name_to_handle_at', 303, 264],
    ['open_by_handle_at', 304, 265],
    ['fanotify_init', 300, 262],
    ['fanotify_mark', 301, 263],
    ['quotactl', 179, 60],
    ['quotactl_fd', 443, 443],
    ['lookup_dcookie', 212, 18],
    ['sysfs', 139, null],
    ['ustat', 136, null],
    ['cachestat', 451, 451],
  ],
  /** Large parts of the kernel with a record of holes, which cells can do without. */
  attackSurface: [
    ['bpf', 321, 280],
    ['perf_event_open', 298, 241],
    ['userfaultfd', 323, 282],
    ['io_uring_setup', 425, 425],
    ['io_uring_enter', 426, 426],
    ['io_uring_register', 427, 427],
    ['vmsplice', 278, 75],
    ['remap_file_pages', 216, 234],
    ['memfd_secret', 447, 447],
    ['mbind', 237, 235],
    ['set_mempolicy', 238, 237],
    ['set_mempolicy_home_node', 450, 450],
    ['modify_ldt', 154, null],
    ['uselib', 134, null],
  ],
  /** Keyrings do not belong to any namespace. */
  keyrings: [
    ['add_key', 248, 217],
    ['request_key', 249, 218],
    ['keyctl', 250, 219],
  ],
  /** The machine itself: its kernel, clock, names, log, swap and ports. */
  machine: [
    ['init_module', 175, 105],
    ['finit_module', 313, 273],
    ['delete_module', 176, 106],
    ['create_module', 174, null],
    ['get_kernel_syms', 177, null],
    ['query_module', 178, null],
    ['kexec_load', 246, 104],
    ['kexec_file_load', 320, 294],
    ['reboot', 169, 142],
    ['swapon', 167, 224],
    ['swapoff', 168, 225],
    ['acct', 163, 89],
    ['syslog', 103, 116],
    ['settimeofday', 164, 170],
    ['clock_settime', 227, 112],
    ['clock_adjtime', 305, 266],
    ['adjtimex', 159, 171],
    ['sethostname', 170, 161],
    ['setdomainname', 171, 162],
    ['iopl', 172, null],
    ['ioperm', 173, null],
    ['vhangup', 153, 58],
    ['nfsservctl', 180, 42],
    ['_sysctl', 156, null],
    ['lsm_set_self_attr', 460, 460],
  ],
};

/**
 * Memory that belongs to no process and to no file system of limited size, so that only a control group counts it. These
 * are refused where there is none, as calls that do not exist: programs fall back to files.
 */
export const UNCOUNTED: readonly SystemCall[] = [
  ['memfd_create', 319, 279],
  ['shmget', 29, 194],
  ['msgget', 68, 186],
  ['semget', 64, 190],
];

/** System calls whose arguments decide, and `clone3`, whose arguments a filter cannot see. */
export const INSPECTED = {
  clone: ['clone', 56, 220],
  clone3: ['clone3', 435, 435],
  socket: ['socket', 41, 198],
  socketpair: ['socketpair', 53, 199],
  ioctl: ['ioctl', 16, 29],
  personality: ['personality', 135, 92],
} as const satisfies Readonly<Record<string, SystemCall>>;
