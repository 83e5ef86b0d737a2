import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../../errors.ts';
import type { Mount } from '../../kernels/kernel.ts';
import type { SandboxNetwork } from '../../network/sandbox-network.ts';
import { Anchor } from './anchor.ts';
import { AttachServer } from './attach-server.ts';
import type { FifoStock } from './fifo.ts';
import type { FilesPlace } from './files/file-error.ts';
import type { Porter } from './files/porter.ts';
import type { PlaceSettings } from './kernel-arguments.ts';
import { HOME } from './kernel-environment.ts';
import type { KernelPlace } from './kernel-launch.ts';
import type { SandboxUsage } from '../sandbox.ts';
import type { SandboxLimits } from './limits.ts';
import { listenInside } from './listeners.ts';
import { explainIsolationFailure, messageOf } from './probe.ts';
import { workspaceMount } from './workspace.ts';

export interface PlaceSpec {
  /** Folder of this sandbox on the host; made and removed by the place. */
  folder: string;
  etc: string;
  seccomp: string;
  uid: number | undefined;
  limits: SandboxLimits;
  fifos: FifoStock;
  porter: Porter;
  mounts: readonly Mount[];
  fstab: string | undefined;
  toolchains: readonly string[];
  /** Undefined where there is none; the place's from now on. */
  network: SandboxNetwork | undefined;
  settings: PlaceSettings & { homeMiB: number; tmpMiB: number; shmMiB: number; workspaceFiles: number };
}

/** Everything that one sandbox has on the host: folder, socket, limits, anchor. Disposing it removes all of it. */
export class SandboxPlace implements AsyncDisposable {
  readonly #spec: PlaceSpec;
  readonly #attach: AttachServer;
  readonly #disposal = new AbortController();
  #anchor: Promise<Anchor>;
  #hasRestarted = false;
  #joined: { readonly anchor: Anchor; readonly done: Promise<void> } | undefined;

  private constructor(spec: PlaceSpec, attach: AttachServer, anchor: Anchor) {
    this.#spec = spec;
    this.#attach = attach;
    this.#anchor = Promise.resolve(anchor);
    void this.#join(anchor); // beside the start of the first kernel, which waits for it and hears what is wrong
  }

  /** Throws what the anchor's start throws; nothing is left then but the limits, which stay the caller's. */
  static async create(spec: PlaceSpec, signal: AbortSignal): Promise<SandboxPlace> {
    const shared = join(spec.folder, 'run');
    mkdirSync(shared, { recursive: true, mode: 0o700 });
    if (spec.uid !== undefined) admit(spec.uid, shared, spec.folder);
    try {
      const attach = await AttachServer.listen(join(shared, 'host.sock'));
      try {
        return new SandboxPlace(spec, attach, await startAnchor(spec, signal));
      } catch (error) {
        await attach[Symbol.asyncDispose]();
        throw error;
      }
    } catch (error) {
      rmSync(spec.folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The place of the next kernel; a dead anchor is started anew, once for all who ask. */
  async living(signal: AbortSignal): Promise<KernelPlace> {
    const restart = (): Promise<Anchor> => {
      this.#hasRestarted = true;
      return startAnchor(this.#spec, this.#disposal.signal);
    };
    this.#anchor = this.#anchor.then((anchor) => (anchor.alive ? anchor : restart()), restart);
    const anchor = await this.#anchor.catch((error: unknown) => {
      this.#disposal.signal.throwIfAborted();
      throw error instanceof SandboxError ? error : explainIsolationFailure(error);
    });
    signal.throwIfAborted();
    const { fifos, limits, settings, uid, seccomp, toolchains, network } = this.#spec;
    const joined = { network, joined: this.#join(anchor) };
    return { anchor, attach: this.#attach, fifos, limits, settings, uid, seccomp, toolchains, ...joined };
  }

  async usage(): Promise<SandboxUsage> {
    return await this.#spec.limits.usage();
  }

  /** Opens the files that are at {@link filesPlace}. */
  get porter(): Porter {
    return this.#spec.porter;
  }

  /** Where the files are; a dead anchor is started anew, with empty folders. */
  async filesPlace(signal: AbortSignal): Promise<FilesPlace> {
    const { anchor, uid } = await this.living(signal);
    const user = uid === undefined ? undefined : { uid, gid: uid };
    return {
      porterPlace: {
        pid: anchor.target,
        startTime: anchor.startTime,
        user,
        roots: ['/workspace', '/tmp', HOME],
      },
      ended: anchor.exited,
      hasLostFiles: this.#hasRestarted && this.#spec.settings.workspace === undefined,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort(sandboxEnded());
    this.#spec.network?.[Symbol.dispose]();
    const anchor = await this.#anchor.catch(() => undefined);
    await anchor?.[Symbol.asyncDispose]();
    await this.#attach[Symbol.asyncDispose]();
    await this.#spec.limits[Symbol.asyncDispose]();
    rmSync(this.#spec.folder, { recursive: true, force: true });
  }

  /** Joins the network to an anchor, once; a failure is forgotten, so that the next kernel tries again. */
  #join(anchor: Anchor): Promise<void> {
    const { network, uid } = this.#spec;
    if (network === undefined) return Promise.resolve();
    if (this.#joined?.anchor === anchor) return this.#joined.done;
    const done = joinNetwork(network, { anchor, uid }, this.#disposal.signal);
    this.#joined = { anchor, done };
    done.catch(() => {
      if (this.#joined?.done === done) this.#joined = undefined;
    });
    return done;
  }
}

/** The listening sockets, which keep the namespace alive, are closed once the anchor has gone. */
async function joinNetwork(
  network: SandboxNetwork,
  { anchor, uid }: { anchor: Anchor; uid: number | undefined },
  signal: AbortSignal,
): Promise<void> {
  try {
    const servers = await listenInside({ target: anchor.target, ports: network.ports, uid }, signal);
    for (const [port, server] of servers) network.serve(port, server);
    void anchor.exited.then(() => {
      for (const server of servers.values()) server.close();
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new SandboxError('ISOLATION_UNAVAILABLE', `The sandbox got no network: ${messageOf(error)}`, {
      hint: 'Run `sandcell doctor` on the host, or start the server with --network none.',
      cause: error,
    });
  }
}

/** What a call is told that still used the sandbox. */
export function sandboxEnded(): SandboxError {
  return new SandboxError(
    'SANDBOX_NOT_FOUND',
    'The sandbox was ended while the call used it; its state is lost',
    {
      hint: 'Call list_contexts to see what is left, or create a new context.',
    },
  );
}

/** Lets the sandbox's user pass, who is nobody else's: the paths stand in the list of processes, for everybody to read. */
function admit(uid: number, ...folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      chownSync(folder, 0, uid);
      chmodSync(folder, 0o710);
    } catch {
      chmodSync(folder, 0o711); // root without the capability, as in a container, where no others are
    }
  }
}

async function startAnchor(spec: PlaceSpec, signal: AbortSignal): Promise<Anchor> {
  const { uid, limits, etc, mounts, fstab, folder } = spec;
  const { workspaceMiB, homeMiB, tmpMiB, shmMiB, workspaceFiles } = spec.settings;
  return await Anchor.start(
    {
      ...{ uid, limits, etc, mounts, fstab, workspaceMiB, homeMiB, tmpMiB, shmMiB },
      files: workspaceFiles,
      workspace: workspaceMount(spec.settings.workspace, folder, uid),
      folder: join(folder, 'run'),
    },
    signal,
  );
}
