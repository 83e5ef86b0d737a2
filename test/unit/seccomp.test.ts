import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildSeccompFilter } from '../../src/sandboxes/bubblewrap/seccomp.ts';
import type { SeccompArch } from '../../src/sandboxes/bubblewrap/seccomp.ts';
import { INSPECTED, REFUSED, UNCOUNTED } from '../../src/sandboxes/bubblewrap/system-calls.ts';
import { judge } from '../helpers/bpf.ts';
import type { Verdict } from '../helpers/bpf.ts';

const EPERM = 1;
const ENOSYS = 38;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;

const AUDIT_ARCHES = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
const I386 = 0x4000_0003;

const HEADERS = {
  x64: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
  arm64: '/usr/include/asm-generic/unistd.h',
};

const refused = Object.values(REFUSED).flat();

describe.each(['x64', 'arm64'] as const)('the %s filter', (arch) => {
  const program = buildSeccompFilter(arch);
  const ask = (number: number, ...args: (bigint | number)[]): Verdict =>
    judge(program, { arch: AUDIT_ARCHES[arch], number, args: args.map(BigInt) });
  const numberOf = (name: keyof typeof INSPECTED): number => INSPECTED[name][arch === 'x64' ? 1 : 2];

  test.skipIf(!existsSync(HEADERS[arch]))('has the numbers of the system headers', () => {
    const header = readHeader(HEADERS[arch]);

    for (const [name, ...numbers] of [...refused, ...UNCOUNTED, ...Object.values(INSPECTED)]) {
      const own = ownNumber(arch, numbers);
      // Headers of older systems lack the newest calls; a call that one architecture never had is in no header of it.
      if (own === null) expect(header.has(name), name).toBe(false);
      else if (header.has(name)) expect([name, own]).toEqual([name, header.get(name)]);
    }
  });

  test('refuses every call of its table and lets every other pass', () => {
    const denied = new Set(refused.map(([, ...numbers]) => ownNumber(arch, numbers)));
    const inspected = new Set(Object.values(INSPECTED).map(([, ...numbers]) => ownNumber(arch, numbers)));
    const unassigned = (number: number): boolean => number < 424 && number > (arch === 'x64' ? 336 : 294);

    for (let number = 0; number <= 462; number += 1) {
      if (inspected.has(number)) continue;
      const expected = denied.has(number) ? EPERM : unassigned(number) ? ENOSYS : 'allow';
      expect([number, ask(number)]).toEqual([number, expected]);
    }
  });

  test('answers that memory of no process does not exist, where nothing counts it', () => {
    const strict = buildSeccompFilter(arch, { countsAllMemory: false });
    const numbers = UNCOUNTED.map(([, ...own]) => ownNumber(arch, own) ?? -1);

    const verdicts = numbers.map((number) => judge(strict, { arch: AUDIT_ARCHES[arch], number }));

    expect(verdicts).toEqual(numbers.map(() => ENOSYS));
    expect(numbers.map((number) => ask(number))).toEqual(numbers.map(() => 'allow'));
  });

  test('answers that calls newer than its table do not exist', () => {
    const verdicts = [463, 467, 512, 547, 10_000, 0x3fff_ffff, -1, 0x8000_0000].map((number) => ask(number));

    expect(new Set(verdicts)).toEqual(new Set([ENOSYS]));
  });

  test('kills calls of another architecture', () => {
    const foreign = [I386, ...Object.values(AUDIT_ARCHES)].filter((other) => other !== AUDIT_ARCHES[arch]);
    const verdicts = foreign.flatMap((other) =>
      [0, 11, 59].map((number) => judge(program, { arch: other, number })),
    );

    expect(new Set(verdicts)).toEqual(new Set(['kill']));
    expect([0x4000_0000, 0x4000_003b, 0x7fff_ffff].map((number) => ask(number))).toEqual([
      'kill',
      'kill',
      'kill',
    ]);
  });

  test('lets threads and children be made, but no namespaces', () => {
    const clone = numberOf('clone');
    const namespaces = [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];
    const SIGCHLD = 17;
    const pthreadFlags = 0x3d_0f00;

    expect([SIGCHLD, pthreadFlags, 0x4000 | 0x100 | SIGCHLD].map((flags) => ask(clone, flags))).toEqual([
      'allow',
      'allow',
      'allow',
    ]);
    expect(namespaces.map((flag) => ask(clone, flag | SIGCHLD))).toEqual(namespaces.map(() => EPERM));
    expect(ask(clone, 0x1000_0000n | 0xffff_ffff_0000_0000n)).toBe(EPERM);
    expect(ask(numberOf('clone3'), 0x7fff_0000, 88)).toBe(ENOSYS);
  });

  test.each(['socket', 'socketpair'] as const)('lets %s make ordinary sockets only', (name) => {
    const socket = numberOf(name);
    const [UNIX, INET, INET6, NETLINK, PACKET, VSOCK, ALG] = [1, 2, 10, 16, 17, 40, 38];
    const [STREAM, DGRAM, RAW, SEQPACKET, OLD_PACKET] = [1, 2, 3, 5, 10];
    const [TCP, UDP, ICMP, SCTP, MPTCP] = [6, 17, 1, 132, 262];
    const flags = 0o2004000;

    for (const type of [STREAM, DGRAM, SEQPACKET]) expect(ask(socket, UNIX, type | flags, 0)).toBe('allow');
    for (const family of [INET, INET6]) {
      expect(ask(socket, family, STREAM | flags, 0)).toBe('allow');
      expect(ask(socket, family, STREAM, TCP)).toBe('allow');
      expect(ask(socket, family, DGRAM, UDP)).toBe('allow');
      for (const protocol of [ICMP, SCTP, MPTCP, 255]) {
        expect(ask(socket, family, STREAM, protocol)).toBe(EPROTONOSUPPORT);
      }
      for (const type of [RAW, RAW | flags, OLD_PACKET]) expect(ask(socket, family, type, 0)).toBe(EPERM);
    }
    for (const family of [0, NETLINK, PACKET, VSOCK, ALG, 3, 0xffff_ffff]) {
      expect(ask(socket, family, STREAM, 0)).toBe(EAFNOSUPPORT);
    }
  });

  test('lets terminals be used, but not typed into', () => {
    const ioctl = numberOf('ioctl');
    const [TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO] = [0x5401, 0x5413, 0x541b, 0x5421];

    for (const request of [TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO])
      expect(ask(ioctl, 0, request)).toBe('allow');
    for (const request of [0x5412, 0x541c, 0x541d, 0x5423]) expect(ask(ioctl, 0, request)).toBe(EPERM);
    // The kernel looks at the lower half alone.
    expect(ask(ioctl, 0, 0xffff_ffff_0000_5412n)).toBe(EPERM);
  });

  test('lets the personality be asked for, but no protection be switched off', () => {
    const personality = numberOf('personality');

    for (const value of [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff])
      expect(ask(personality, value)).toBe('allow');
    for (const value of [0x4_0000, 0x40_0000, 0x10_0000, 1]) expect(ask(personality, value)).toBe(EPERM);
  });
});

function ownNumber(arch: SeccompArch, [x64, arm64]: [number | null, number | null]): number | null {
  return arch === 'x64' ? x64 : arm64;
}

function readHeader(file: string): Map<string, number> {
  const defines = readFileSync(file, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$/gm);
  return new Map(Array.from(defines, ([, name = '', number]) => [name, Number(number)]));
}
