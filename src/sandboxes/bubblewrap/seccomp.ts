import * as bpf from './bpf.ts';
import type { Block } from './bpf.ts';
import { INSPECTED, REFUSED, UNCOUNTED } from './system-calls.ts';
import type { SystemCall } from './system-calls.ts';

export type SeccompArch = 'x64' | 'arm64';

/**
 * The seccomp program for a kernel's process tree, as bwrap's `--seccomp` reads it. It lists what is refused, not what
 * is allowed, so that ordinary programs run; but calls that are newer than its table do not exist. What is refused gets
 * an errno from which programs know how to fall back. Only calls of another architecture, whose numbers mean something
 * else, kill the process.
 */
export function buildSeccompFilter(arch: SeccompArch, { countsAllMemory = true } = {}): Buffer {
  const { auditArch, unassigned } = ARCHITECTURES[arch];
  const numbersOf = ([, x64, arm64]: SystemCall): number[] => {
    const number = arch === 'x64' ? x64 : arm64;
    return number === null ? [] : [number];
  };
  const on = (call: SystemCall, body: Block): Block => bpf.whenOneOf(numbersOf(call), body);

  return bpf.assemble([
    bpf.load(ARCH),
    bpf.unlessOneOf([auditArch], bpf.end(KILL)),
    bpf.load(NUMBER),
    // -1 and its like are nobody's; the calls of x32, a second set of numbers on x64, carry bit 30.
    bpf.whenAbove(0x7fff_ffff, refuse(ENOSYS)),
    bpf.whenAbove(0x3fff_ffff, bpf.end(KILL)),
    bpf.whenAbove(NEWEST_NUMBER, refuse(ENOSYS)),
    bpf.whenAbove(unassigned.first - 1, bpf.unlessAbove(unassigned.last, refuse(ENOSYS))),
    on(INSPECTED.ioctl, judgeIoctl()),
    on(INSPECTED.clone, judgeClone()),
    // A filter cannot follow the pointer to its flags; C libraries, Go and the JVM fall back to clone.
    on(INSPECTED.clone3, refuse(ENOSYS)),
    on(INSPECTED.socket, judgeSocket()),
    on(INSPECTED.socketpair, judgeSocket()),
    on(INSPECTED.personality, judgePersonality()),
    bpf.whenOneOf(countsAllMemory ? [] : UNCOUNTED.flatMap(numbersOf), refuse(ENOSYS)),
    bpf.whenOneOf(Object.values(REFUSED).flat().flatMap(numbersOf), refuse(EPERM)),
    bpf.end(ALLOW),
  ]);
}

/** mseal, Linux 6.10. */
const NEWEST_NUMBER = 462;

/** AUDIT_ARCH_* of linux/audit.h, and the numbers below the common ones (424 on) that stand for nothing. */
const ARCHITECTURES = {
  // 335 and 336 are trampolines of uprobes: refusing them kills programs that the host is tracing.
  x64: { auditArch: 0xc000_003e, unassigned: { first: 337, last: 423 } },
  arm64: { auditArch: 0xc000_00b7, unassigned: { first: 295, last: 423 } },
} as const satisfies Readonly<Record<SeccompArch, unknown>>;

const ALLOW = 0x7fff_0000;
const ERRNO = 0x0005_0000;
const KILL = 0x8000_0000;

const EPERM = 1;
const ENOSYS = 38;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;

/** Offsets in struct seccomp_data. Arguments are 64 bits wide; their lower half comes first on both architectures. */
const NUMBER = 0;
const ARCH = 4;
const argument = (index: number): number => 16 + 8 * index;

function refuse(errno: number): Block {
  return bpf.end(ERRNO | errno);
}

/** TIOCSTI and TIOCLINUX type into a terminal, TIOCCONS takes the console's output, TIOCSETD loads line disciplines. */
const REFUSED_IOCTLS = [0x5412, 0x541c, 0x541d, 0x5423];

function judgeIoctl(): Block {
  return [...bpf.load(argument(1)), ...bpf.whenOneOf(REFUSED_IOCTLS, refuse(EPERM)), ...bpf.end(ALLOW)];
}

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET; NEWTIME cannot be given to clone. */
const NAMESPACE_FLAGS = 0x7e02_0000;

function judgeClone(): Block {
  return [...bpf.load(argument(0)), ...bpf.whenAnyBit(NAMESPACE_FLAGS, refuse(EPERM)), ...bpf.end(ALLOW)];
}

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET: not raw, not packet. */
const SOCKET_TYPES = [1, 2, 5];
/** The type's default, TCP, UDP: no SCTP, MPTCP, ICMP and what else the kernel may load. */
const PROTOCOLS = [0, 6, 17];

function judgeSocket(): Block {
  return [
    ...bpf.load(argument(0)),
    ...bpf.unlessOneOf([AF_UNIX, AF_INET, AF_INET6], refuse(EAFNOSUPPORT)),
    ...bpf.load(argument(1)),
    // Above these bits stand SOCK_NONBLOCK and SOCK_CLOEXEC.
    ...bpf.mask(0xf),
    ...bpf.unlessOneOf(SOCKET_TYPES, refuse(EPERM)),
    ...bpf.load(argument(0)),
    ...bpf.whenOneOf([AF_UNIX], bpf.end(ALLOW)),
    ...bpf.load(argument(2)),
    ...bpf.unlessOneOf(PROTOCOLS, refuse(EPROTONOSUPPORT)),
    ...bpf.end(ALLOW),
  ];
}

/** PER_LINUX, PER_LINUX32, each also with UNAME26, and the question for the current one: nothing that weakens memory. */
const PERSONALITIES = [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff];

function judgePersonality(): Block {
  return [...bpf.load(argument(0)), ...bpf.unlessOneOf(PERSONALITIES, refuse(EPERM)), ...bpf.end(ALLOW)];
}
