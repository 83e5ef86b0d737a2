import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/processes/run-command.ts';
import type { CommandResult } from '../../src/processes/run-command.ts';
import { buildSeccompFilter } from '../../src/sandboxes/bubblewrap/seccomp.ts';
import { INSPECTED, REFUSED } from '../../src/sandboxes/bubblewrap/system-calls.ts';

const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const column = arch === 'x64' ? 1 : 2;

const BWRAP = 'bwrap --unshare-all --cap-drop ALL --ro-bind / / --dev /dev --proc /proc --die-with-parent';
const canSandbox = (await bash(`${BWRAP} -- /bin/true`)).code === 0;
const isSkipped = !canSandbox && process.env['REQUIRE_SANDBOX'] === undefined;

/** Makes the system calls of a JSON list [[number, ...arguments]] and prints what each returned, or minus its errno. */
const PYTHON = `
import ctypes, json, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *args):
    value = libc.syscall(ctypes.c_long(number), *[ctypes.c_ulong(arg) for arg in args])
    return value if value >= 0 else -ctypes.get_errno()
print(json.dumps([call(*entry) for entry in json.loads(sys.argv[1])]))
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp('/tmp/sandcell-seccomp-');
  await writeFile(path.join(folder, 'filter'), buildSeccompFilter(arch));
  await writeFile(path.join(folder, 'calls.py'), PYTHON);
});

afterAll(async () => rm(folder, { recursive: true }));

// Skipped where bubblewrap does not run: there is nothing to load the program into.
describe.skipIf(isSkipped)('behind the filter', () => {
  test('every refused call returns EPERM', async () => {
    const known = Object.values(REFUSED)
      .flat()
      .filter((call) => call[column] !== null);

    const results = await callInside(known.map((call) => [call[column] ?? 0]));

    expect(known.map(([name], index) => [name, results[index]])).toEqual(known.map(([name]) => [name, -1]));
  });

  test('calls that the kernel would allow are refused by the filter alone', async () => {
    const unshareNothing = [arch === 'x64' ? 272 : 97, 0];
    const traceMe = [arch === 'x64' ? 101 : 117, 0];

    expect(await callInside([unshareNothing, traceMe], { filtered: false })).toEqual([0, 0]);
    expect(await callInside([unshareNothing, traceMe])).toEqual([-1, -1]);
  });

  test('errors come back from calls that are judged by their arguments', async () => {
    const { clone, clone3, socket, socketpair, ioctl, personality } = INSPECTED;

    const results = await callInside([
      [clone[column], 0x1000_0000 | 17],
      [clone3[column], 0, 0],
      [socket[column], 16, 3, 0],
      [socket[column], 2, 3, 0],
      [socket[column], 2, 1, 132],
      [socketpair[column], 2, 3, 0, 0],
      [ioctl[column], 0, 0x5412, 0],
      [personality[column], 0x4_0000],
      [500],
      [400],
      [0xffff_ffff],
    ]);

    expect(results).toEqual([-1, -38, -97, -1, -93, -1, -1, -1, -38, -38, -38]);
  });

  test('processes, threads, sockets and terminals work', async () => {
    const program = `
import pty, socket, subprocess, threading
thread = threading.Thread(target=lambda: None); thread.start(); thread.join()
left, right = socket.socketpair(); left.send(b'x'); assert right.recv(1) == b'x'
for family in (socket.AF_INET, socket.AF_INET6): socket.socket(family, socket.SOCK_STREAM).close()
pty.openpty()
print(subprocess.run(['/bin/echo', 'works'], capture_output=True, text=True).stdout, end='')
`;

    const result = await inside(`/usr/bin/python3 -c ${quote(program)}`);

    expect(result).toMatchObject({ code: 0, stdout: 'works\n', stderr: '' });
  });

  test.skipIf(arch !== 'x64')('x32 calls and 32-bit calls end the process', async () => {
    const SIGSYS = 31;
    // mov eax, 20 (getpid); int 0x80; ret
    const legacyCall = `
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))())
`;

    const x32 = await inside(`/usr/bin/python3 ${folder}/calls.py ${quote(JSON.stringify([[0x4000_0027]]))}`);
    const i386 = await inside(`/usr/bin/python3 -c ${quote(legacyCall)}`);

    expect(x32).toMatchObject({ code: 128 + SIGSYS, stdout: '' });
    expect(i386).toMatchObject({ code: 128 + SIGSYS, stdout: '' });
  });
});

async function callInside(
  calls: readonly (readonly number[])[],
  { filtered = true } = {},
): Promise<number[]> {
  const command = `/usr/bin/python3 ${folder}/calls.py ${quote(JSON.stringify(calls))}`;
  const result = filtered ? await inside(command) : await bash(`exec ${BWRAP} -- ${command}`);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  // Written by the program above.
  return JSON.parse(result.stdout) as number[];
}

async function inside(command: string): Promise<CommandResult> {
  return bash(`exec ${BWRAP} --seccomp 9 -- ${command} 9<${folder}/filter`);
}

async function bash(script: string): Promise<CommandResult> {
  return runCommand(['/bin/bash', '-c', script], { timeoutMs: 20_000 });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
