import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from '../../processes/at-exit.ts';
import { isPrivate } from './mounts.ts';
import { buildSeccompFilter } from './seccomp.ts';
import { isOfGoneServer, serverPrefix } from './server-name.ts';

const ETC = {
  passwd:
    'root:x:0:0::/home/user:/bin/bash\nuser:x:1000:1000::/home/user:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n',
  group: 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
  // A kernel's proxy is the front of the registries as well.
  'maven-settings.xml':
    '<settings><mirrors><mirror><id>registry</id><mirrorOf>*</mirrorOf><url>${env.HTTP_PROXY}/maven/</url></mirror></mirrors></settings>\n',
  empty: '',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  'resolv.conf': '', // each kernel that has a network gets its own in this place
};

/** The folder on the host that holds what one server's sandboxes need: sockets, FIFOs, the seccomp program, /etc. */
export class ServerFolder implements Disposable {
  readonly path: string;
  #sandboxes = 0;
  /** Where the process ends and nobody has disposed it. */
  readonly #exit = atExit(() => {
    this.#remove();
  });

  private constructor(path: string) {
    this.path = path;
  }

  get etc(): string {
    return join(this.path, 'etc');
  }

  /** No other user may open one by its name; a kernel reopens its own through /dev/stdout. */
  get fifos(): string {
    return join(this.path, 'fifos');
  }

  get seccomp(): string {
    return join(this.path, 'seccomp.bpf');
  }

  static create(): ServerFolder {
    const folder = new ServerFolder(mkdtempSync(join(parent(), serverPrefix())));
    // Root's sandboxes run as other users: passable for them, not listable. Otherwise it is nobody else's business.
    if (process.getuid?.() === 0) chmodSync(folder.path, 0o711);
    mkdirSync(folder.etc, { mode: 0o755 });
    mkdirSync(folder.fifos, { mode: 0o700 });
    for (const [name, text] of Object.entries(ETC))
      writeFileSync(join(folder.etc, name), text, { mode: 0o644 });
    return folder;
  }

  /** Path of one more sandbox's folder: short, for it is part of a socket's address. */
  nextSandbox(): string {
    this.#sandboxes += 1;
    return join(this.path, `sb${String(this.#sandboxes)}`);
  }

  /** `countsAllMemory`: whether the sandboxes' limits count memory that belongs to no process. */
  writeSeccomp(countsAllMemory: boolean): void {
    writeFileSync(this.seccomp, buildSeccompFilter(architecture(), { countsAllMemory }));
  }

  /** Removes the folders of this user's servers that were killed. Returns how many. */
  static sweep(): number {
    const stale = readdirSync(parent()).filter(
      (name) =>
        isOfGoneServer(name) &&
        lstatSync(join(parent(), name), { throwIfNoEntry: false })?.uid === process.getuid?.(),
    );
    for (const name of stale) rmSync(join(parent(), name), { recursive: true, force: true });
    return stale.length;
  }

  [Symbol.dispose](): void {
    this.#exit[Symbol.dispose]();
    this.#remove();
  }

  #remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A socket's address has 107 bytes, and what is made below the parent takes up to 67 of them. */
const MAX_PARENT_LENGTH = 40;

/**
 * Root's own runtime folder keeps out the users that
 * its sandboxes run as.
 */
function parent(): string {
  const folder = process.env['XDG_RUNTIME_DIR'] ?? tmpdir();
  if (folder.length > MAX_PARENT_LENGTH || !lstatSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return '/tmp';
  return process.getuid?.() === 0 && isPrivate(join(folder, 'sandcell')) ? '/tmp' : folder;
}

function architecture(): 'x64' | 'arm64' {
  if (process.arch === 'x64' || process.arch === 'arm64') return process.arch;
  throw new Error(`no system call filter is known for ${process.arch}`);
}
