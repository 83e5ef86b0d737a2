import { readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asEachUser, type Attacker, openAttacker } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

const isArm = process.arch === 'arm64';

/** [name, number on x64, number on arm64, arguments]; calls that must be refused before their arguments are looked at. */
const REFUSED: readonly (readonly [string, number, number, string?])[] = [
  ['unshare', 272, 97, '0x10000000'],
  ['setns', 308, 268, '3, 0'],
  ['mount', 165, 40, "b'none', b'/workspace', b'tmpfs', 0, 0"],
  ['remount', 165, 40, "b'none', b'/', b'none', 0x20, 0"],
  ['bind mount', 165, 40, "b'/workspace', b'/usr', b'none', 0x1000, 0"],
  ['umount2', 166, 39, "b'/proc', 2"],
  ['pivot_root', 155, 41, "b'/workspace', b'/workspace'"],
  ['chroot', 161, 51, "b'/workspace'"],
  ['open_tree', 428, 428, '-100, 0, 1'],
  ['move_mount', 429, 429],
  ['fsopen', 430, 430, "b'tmpfs', 0"],
  ['fsmount', 432, 432],
  ['mount_setattr', 442, 442],
  ['bpf', 321, 280, '5, 0, 0'],
  ['perf_event_open', 298, 241],
  ['userfaultfd', 323, 282, '1'],
  ['io_uring_setup', 425, 425, '8, 0'],
  ['io_uring_enter', 426, 426],
  ['keyctl', 250, 219, '0, -3, 1'],
  ['add_key', 248, 217, "b'user', b'x', b'y', 1, -3"],
  ['request_key', 249, 218, "b'user', b'x', 0, 0"],
  ['init_module', 175, 105, '0, 0, 0'],
  ['finit_module', 313, 273, '0, 0, 0'],
  ['delete_module', 176, 106, "b'x', 0"],
  ['kexec_load', 246, 104],
  ['kexec_file_load', 320, 294],
  ['reboot', 169, 142, '0, 0, 0, 0'],
  ['swapon', 167, 224, "b'/workspace/swap', 0"],
  ['swapoff', 168, 225, "b'/workspace/swap'"],
  ['quotactl', 179, 60],
  ['acct', 163, 89, "b'/workspace/acct'"],
  ['syslog', 103, 116, '10, 0, 0'],
  ['settimeofday', 164, 170, '0, 0'],
  ['clock_settime', 227, 112, '0, 0'],
  ['adjtimex', 159, 171, '0'],
  ['sethostname', 170, 161, "b'x', 1"],
  ['setdomainname', 171, 162, "b'x', 1"],
  ['name_to_handle_at', 303, 264],
  ['open_by_handle_at', 304, 265],
  ['fanotify_init', 300, 262],
  ['kcmp', 312, 272],
  ['move_pages', 279, 239],
  ['process_madvise', 440, 440],
  ['memfd_secret', 447, 447],
  ['vmsplice', 278, 75],
];

asEachUser((user) => {
  let server: TestServer;
  let attacker: Attacker;

  beforeAll(async () => {
    server = await user.startServer();
    attacker = await openAttacker(server);
  });

  afterAll(async () => server[Symbol.asyncDispose]());

  test('the probe for system calls reports what calls answer', async () => {
    const getpid = isArm ? 172 : 39;
    const close = isArm ? 57 : 3;

    expect(await attacker.ask(`report([call(${getpid}), call(${close}, 12345)])`)).toEqual(['ok', 'EBADF']);
  });

  test.each(REFUSED)('system call %s is refused', async (_name, x64, arm64, args = '0, 0, 0, 0, 0, 0') => {
    const number = isArm ? arm64 : x64;

    expect(await attacker.ask(`report(call(${String(number)}, ${args}))`)).toBe('EPERM');
  });

  test('some of these an ordinary user of the host may call', async () => {
    const open = ['unshare', 'setns', 'name_to_handle_at', 'vmsplice'];
    const numbers = REFUSED.filter(([name]) => open.includes(name)).map((row) => (isArm ? row[2] : row[1]));

    const answers = (await user.onHost(
      `report([call(number, -1, 0, 0, 0, 0) for number in ${JSON.stringify(numbers)}])`,
    )) as string[];

    expect(answers).not.toContain('EPERM');
  });

  test('processes without rights: no capability, no new privileges, filtered calls, in every one of them', async () => {
    expect(
      await attacker.ask(
        `
import threading
child = subprocess.Popen(['sleep', '100'])
ended = threading.Event()
thread = threading.Thread(target=ended.wait); thread.start()
paths = ['/proc/%d/task/%s/status' % (pid, task) for pid in pids() for task in os.listdir('/proc/%d/task' % pid)]
names = ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp', 'Groups')
report([len(paths) >= 4, sorted({tuple(field(name, path) if name != 'Groups' else '' for name in names[:7]) for path in paths})])
ended.set(); child.kill(); child.wait()`.replace(/report\((.*)\)\n(.*)$/s, 'answer = $1\n$2\nreport(answer)'),
      ),
    ).toEqual([true, [[...Array<string>(5).fill('0000000000000000'), '1', '2']]]);
  });

  test('rights cannot be taken back', async () => {
    expect(
      await attacker.ask(`
def prctl(*args): return 'ok' if libc.prctl(*args) >= 0 else errno.errorcode[ctypes.get_errno()]
header = struct.pack('Ii', 0x20080522, 0)
report([prctl(38, 0, 0, 0, 0), prctl(47, 2, 21, 0, 0), prctl(28, 0x2f, 0, 0, 0), prctl(24, 21, 0, 0, 0),
        call(${isArm ? '91' : '126'}, header, struct.pack('IIIIII', 0xffffffff, 0xffffffff, 0, 0xffffffff, 0xffffffff, 0)),
        prctl(39, 0, 0, 0, 0)])`),
    ).toEqual(['EINVAL', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'ok']);
  });

  test('no namespace can be made by clone, whatever flag or bit is set', async () => {
    const clone = isArm ? 220 : 56;
    const flags = [0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000];

    expect(
      await attacker.ask(`
report([sorted({call(${clone}, flag | extra, 0, 0, 0, 0) for flag in ${JSON.stringify(flags)} for extra in (17, 0, 1 << 40)}),
        call(435, b'\\0' * 88, 88), in_child(lambda: 'forked')])`),
    ).toEqual([['EPERM'], 'ENOSYS', 'forked']);
  });

  test('programs that make namespaces fail inside, and work outside', async () => {
    const probe = `
run = lambda *command: subprocess.run(command, capture_output=True).returncode == 0
report([run('unshare', '-Ur', 'true'), run('bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true'), run('true')])`;

    expect(await attacker.ask(probe)).toEqual([false, false, true]);
    expect(await user.onHost(probe)).toEqual([true, true, true]);
  });

  test('every namespace is another one than the host’s', async () => {
    const kinds = ['user', 'pid', 'net', 'mnt', 'ipc', 'uts', 'cgroup'];
    const inside = (await attacker.ask(
      `report({kind: os.readlink('/proc/self/ns/' + kind) for kind in ${JSON.stringify(kinds)}})`,
    )) as Record<string, string>;

    const same = kinds.filter(
      (kind) => inside[kind] === readlinkSync(`/proc/${String(server.pid)}/ns/${kind}`),
    );
    expect(Object.keys(inside)).toEqual(kinds);
    expect(same).toEqual([]);
  });

  test('a terminal takes no input from a program, also with stray upper bits', async () => {
    const ioctl = isArm ? 29 : 16;

    expect(
      await attacker.ask(`
import pty
_, terminal = pty.openpty()
report([[call(${ioctl}, terminal, request | upper, b'x') for request in (0x5412, 0x541c, 0x541d, 0x5423)]
        for upper in (0, 1 << 32)] + [call(${ioctl}, terminal, 0x5413, b' ' * 8)])`),
    ).toEqual([Array<string>(4).fill('EPERM'), Array<string>(4).fill('EPERM'), 'ok']);
  });

  test('memory protection cannot be weakened by personality', async () => {
    const personality = isArm ? 92 : 135;
    const probe = `
report([call(${personality}, flag) for flag in (0x0040000, 0x0100000, 0x0400000, 0x1 << 33 | 0x0040000)] + [call(${personality}, 0xffffffff)])`;

    expect(await attacker.ask(probe)).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'ok']);
    expect(await user.onHost(`report(in_child(lambda: call(${personality}, 0x0040000)))`)).toBe('ok');
  });

  test('calls newer than the filter, and numbers that are none, do not exist', async () => {
    expect(
      await attacker.ask('report(sorted({call(number) for number in (463, 470, 600, 4096, -1)}))'),
    ).toEqual(['ENOSYS']);
  });

  describe.skipIf(isArm)('on x64', () => {
    const MACHINE_CODE = `
import mmap
def execute(code):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex(code))
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
`;

    test('the second set of call numbers (x32) ends the process', async () => {
      expect(
        await attacker.ask('report([in_child(lambda: call(0x40000000 | 39)), in_child(lambda: call(39))])'),
      ).toEqual([{ signal: 31 }, 'ok']);
    });

    test('calls of 32-bit programs end the process', async () => {
      // mov eax, 20 (getpid on i386); int 0x80; ret. And mov eax, 39 (getpid); syscall; ret.
      const old = 'b814000000cd80c3';
      const own = 'b8270000000f05c3';

      expect(
        await attacker.ask(
          `${MACHINE_CODE}\nreport([in_child(lambda: execute('${old}') > 0), in_child(lambda: execute('${own}') > 0)])`,
        ),
      ).toEqual([expect.objectContaining({ signal: expect.any(Number) as number }), true]);
    });

    test('ports of the machine and segments are out of reach', async () => {
      expect(await attacker.ask('report([call(172, 3), call(173, 0, 1024, 1), call(154, 0, 0, 0)])')).toEqual(
        ['EPERM', 'EPERM', 'EPERM'],
      );
    });
  });

  test('sockets are those of a network that is not there: no other family, type or protocol', async () => {
    const families = {
      netlink: 16,
      packet: 17,
      vsock: 40,
      alg: 38,
      bluetooth: 31,
      xdp: 44,
      tipc: 30,
      can: 29,
      key: 15,
    };

    expect(
      await attacker.ask(`
def opens(*args): return attempt(lambda: socket.socket(*args).close())
report([sorted({opens(family, kind) for family in ${JSON.stringify(Object.values(families))} for kind in (1, 2, 3)}),
        opens(socket.AF_INET, socket.SOCK_RAW, 1), opens(socket.AF_INET, socket.SOCK_DGRAM, 1),
        opens(socket.AF_INET6, socket.SOCK_RAW, 58), opens(socket.AF_INET, socket.SOCK_STREAM, 132),
        opens(socket.AF_INET, socket.SOCK_STREAM, 262), opens(socket.AF_UNIX, socket.SOCK_RAW),
        call(${isArm ? '198' : '41'}, 16 | 1 << 32, 3, 0),
        opens(socket.AF_INET), opens(socket.AF_INET6), opens(socket.AF_UNIX)])`),
    ).toEqual([
      ['EAFNOSUPPORT'],
      'EPERM',
      'EPROTONOSUPPORT',
      'EPERM',
      'EPROTONOSUPPORT',
      'EPROTONOSUPPORT',
      'EPERM',
      'EAFNOSUPPORT',
      'ok',
      'ok',
      'ok',
    ]);
  });
});
