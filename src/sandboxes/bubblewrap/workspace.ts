import { mkdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../../errors.ts';
import { parseWorkspace } from '../../workspace-folder.ts';

/** What stands at /workspace instead of a file system in memory. */
export interface WorkspaceMount {
  /** Path on the host that bwrap binds. */
  source: string;
  isReadOnly: boolean;
  /** A command that makes `source`, while the launched process is still root; undefined where it is the folder itself. */
  prepare: readonly string[] | undefined;
}

/**
 * The mount of the setting `workspace` for one sandbox, undefined without one. `folder` is that of the sandbox on the host.
 * Where the server is root, the sandbox is a user of its own, who owns nothing: it sees the files of the folder's owner as
 * its own, by an id-mapped mount, and what it writes is the owner's. Throws where the folder has gone.
 */
export function workspaceMount(
  setting: string | undefined,
  folder: string,
  uid: number | undefined,
): WorkspaceMount | undefined {
  if (setting === undefined) return undefined;
  const { path, isReadOnly } = parseWorkspace(setting);
  const stats = folderAt(path);
  if (uid === undefined) return { source: path, isReadOnly, prepare: undefined };
  const source = join(folder, 'workspace');
  mkdirSync(source, { recursive: true, mode: 0o711 });
  const ids = [stats.uid, stats.gid, uid].map(String);
  return {
    source,
    isReadOnly,
    prepare: ['python3', '-I', '-S', '-c', ID_MAPPED_MOUNT, path, source, ...ids],
  };
}

function folderAt(path: string): Stats {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return stats;
  throw new SandboxError('ISOLATION_UNAVAILABLE', 'The folder of the setting workspace is no longer there', {
    hint: 'The person who runs this server has to make it again, or to start the server with another one.',
  });
}

/**
 * mount(8) can do it from util-linux 2.39 on, which many systems do not have yet. Of a folder, it shows the owner's files as
 * the sandbox's and the other way round; everybody else's belong to nobody. The numbers of these calls are those of every
 * architecture.
 */
const ID_MAPPED_MOUNT = `
import ctypes, os, struct, sys
source, target, owner, group, user = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
libc = ctypes.CDLL(None, use_errno=True)
def call(what, *arguments):
    result = libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0: sys.exit('id-mapped mount: %s: %s' % (what, os.strerror(ctypes.get_errno())))
    return result
ready, end = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    os.close(end[1])
    os.write(ready[1], b'%d' % libc.unshare(0x10000000))
    os.read(end[0], 1)
    os._exit(0)
try:
    if os.read(ready[0], 9) != b'0': sys.exit('id-mapped mount: user namespaces are refused')
    for name, outside in (('uid_map', owner), ('gid_map', group)):
        with open('/proc/%d/%s' % (child, name), 'w') as ids: ids.write('%d %d 1' % (outside, user))
    namespace = os.open('/proc/%d/ns/user' % child, os.O_RDONLY)
    tree = call('open_tree', 428, -100, os.fsencode(source), 0x80001)
    attributes = struct.pack('QQQQ', 0x100000, 0, 0, namespace)
    call('mount_setattr', 442, tree, b'', 0x1000, attributes, len(attributes))
    call('move_mount', 429, tree, b'', -100, os.fsencode(target), 4)
finally:
    os.close(end[1])
    os.waitpid(child, 0)
`;
