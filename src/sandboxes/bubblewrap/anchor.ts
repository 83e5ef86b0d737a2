import type { ChildProcess } from 'node:child_process';
import { deadline } from '../../processes/deadline.ts';
import { defer } from '../../processes/deferred.ts';
import type { SandboxLimits } from './limits.ts';
import { readOnlyMounts, systemMounts } from './mounts.ts';
import { childrenOf, launch } from './process.ts';
import type { Mount } from '../../kernels/kernel.ts';

const START_DEADLINE_MS = 15_000;
const STOP_DEADLINE_MS = 10_000;
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
  /** Files for /etc: passwd, group, hosts. */
  etc: string;
  /** Lines to be mounted first (root only): what stands below folders that keep other users out. */
  fstab: string | undefined;
  mounts: readonly Mount[];
  workspaceMiB: number;
  tmpMiB: number;
  shmMiB: number;
  /** Inodes of each of /workspace, /tmp and /dev/shm: a tmpfs of limited size can still eat the memory with empty files. */
  files: number;
}

/**
 * The process that owns a sandbox's namespaces and its /workspace and /tmp. It runs no user code: kernels enter its
 * namespaces and make their own below. When it ends, the kernel of the host ends everything in its pid namespace.
 * It ends with the server in two ways: its stdin is a pipe from the server, and bwrap dies with its parent.
 */
export class Anchor implements AsyncDisposable {
  /** The process whose namespaces kernels enter, as the host counts. */
  readonly target: number;
  /** Settles when nothing of the sandbox runs any more; never rejects. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #init: number;
  #alive = true;

  private constructor(process: ChildProcess, init: number, target: number, exited: Promise<void>) {
    this.#process = process;
    this.#init = init;
    this.target = target;
    this.exited = exited.then(() => {
      this.#alive = false;
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Throws an Error with what bwrap said where the host does not let it. */
  static async start(spec: AnchorSpec, signal: AbortSignal): Promise<Anchor> {
    const child = launch({
      argv: ['bwrap', ...anchorArguments(spec)],
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      procsFiles: spec.limits.procsFiles,
      fstab: spec.fstab,
      uid: spec.uid,
    });
    const { promise: exited, resolve: onExit } = defer<undefined>();
    child.once('exit', () => {
      onExit(undefined);
    });
    try {
      const init = await deadline(started(child), START_DEADLINE_MS, signal, 'the sandbox did not start');
      const target = childrenOf(init)[0];
      if (target === undefined) throw new Error('the sandbox ended while it started');
      return new Anchor(child, init, target, exited);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#alive) {
      try {
        process.kill(this.#init, 'SIGKILL'); // bwrap outlives its init, so its exit says that all are gone
      } catch {
        this.#process.kill('SIGKILL'); // the init is gone already
      }
    }
    await deadline(
      this.exited,
      STOP_DEADLINE_MS,
      new AbortController().signal,
      'the sandbox did not end',
    ).catch(() => {
      this.#process.kill('SIGKILL');
    });
  }
}

/** Waits for the line that the anchor prints once all is set up, and for bwrap's word on its init process. */
async function started(child: ChildProcess): Promise<number> {
  const [, stdout, stderr, status] = child.stdio;
  const said = { stdout: '', stderr: '', status: '' };
  const { promise, resolve, reject } = defer<number>();
  const look = (): void => {
    const init = /"child-pid": (\d+)/.exec(said.status)?.[1];
    if (init && said.stdout.includes('ready')) resolve(Number(init));
  };
  for (const [name, stream] of Object.entries({ stdout, stderr, status })) {
    stream?.on('error', () => undefined);
    stream?.on('data', (chunk: Buffer) => {
      said[name as keyof typeof said] += chunk.toString('utf8').slice(0, 4096);
      look();
    });
  }
  child.once('error', reject);
  child.once('close', () => {
    reject(new Error(said.stderr.trim() || 'bwrap ended without a word'));
  });
  return promise;
}

function anchorArguments(spec: AnchorSpec): string[] {
  return [
    ...[
      '--unshare-user',
      '--unshare-ipc',
      '--unshare-pid',
      '--unshare-net',
      '--unshare-uts',
      '--unshare-cgroup-try',
    ],
    // uid 0 inside: otherwise bwrap makes a second user namespace, which nsenter may not enter.
    ...[
      '--uid',
      '0',
      '--gid',
      '0',
      '--hostname',
      'sandbox',
      '--die-with-parent',
      '--new-session',
      '--clearenv',
    ],
    ...[
      '--setenv',
      'PATH',
      '/usr/sbin:/usr/bin:/sbin:/bin',
      '--cap-add',
      'CAP_SYS_ADMIN',
      '--cap-add',
      'CAP_SYS_RESOURCE',
    ],
    ...systemMounts(),
    ...['passwd', 'group', 'hosts', 'nsswitch.conf'].flatMap((f) => [
      '--ro-bind',
      `${spec.etc}/${f}`,
      `/etc/${f}`,
    ]),
    ...['--ro-bind', spec.folder, '/run/sandcell', '--dev', '/dev', '--proc', '/proc'],
    ...['--perms', '1777', '--size', size(spec.tmpMiB), '--tmpfs', '/tmp'],
    ...['--perms', '1777', '--size', size(spec.shmMiB), '--tmpfs', '/dev/shm'],
    ...['--perms', '0755', '--size', size(spec.workspaceMiB), '--tmpfs', '/workspace'],
    ...readOnlyMounts(spec.mounts), // after /tmp: a runtime may be installed below it
    ...[
      '--remount-ro',
      '/',
      '--remount-ro',
      '/dev',
      '--chdir',
      '/',
      '--json-status-fd',
      '3',
      '--',
      '/bin/sh',
      '-c',
    ],
    script(spec),
  ];
}

/** What the anchor's own shell does before it becomes `cat`. */
function script(spec: AnchorSpec): string {
  // With its source named, mount(8) does not repeat the present options, of which uid= is refused here.
  const remount = (folder: string, mib: number): string =>
    `mount -o remount,nosuid,nodev,nr_inodes=${String(spec.files)},size=${size(mib)} tmpfs ${folder}`;
  return [
    remount('/tmp', spec.tmpMiB),
    remount('/dev/shm', spec.shmMiB),
    remount('/workspace', spec.workspaceMiB),
    LEAVE_OTHERS_SOME,
    'echo ready',
    'exec cat >/dev/null',
  ].join(' && ');
}

function size(mib: number): string {
  return String(mib * MIB);
}
