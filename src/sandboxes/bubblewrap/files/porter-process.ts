import { OpenFiles } from './open-files.ts';
import { list, makeFolder, move, remove, room, statPath } from './operations.ts';
import { codeOfError, PorterError } from './porter-error.ts';
import type {
  PorterAnswer,
  PorterFailure,
  PorterOperation,
  PorterPlace,
  PorterRequest,
} from './porter-protocol.ts';

// A process of its own, because it becomes the user of the sandbox for each operation, which Node can only do for all
// of a process at once: so what it opens is opened with the sandbox's rights, never with root's. It works on one request
// at a time, and a file system that hangs does not hang the server.

const files = new OpenFiles();

if (process.getuid?.() === 0) process.setgroups?.([]);
process.umask(0o022);
process.on('message', (request: PorterRequest) => {
  process.send?.(answer(request));
});
process.on('disconnect', () => process.exit());

function answer({ id, place, operation }: PorterRequest): PorterAnswer {
  try {
    return { id, value: asUser(place.user, () => carryOut(place, operation)) };
  } catch (error) {
    return { id, failure: toFailure(error) };
  }
}

function carryOut(place: PorterPlace, operation: PorterOperation): unknown {
  switch (operation.type) {
    case 'stat':
      return statPath(place, operation.path);
    case 'list':
      return list(place, operation.path, operation);
    case 'make_directory':
      makeFolder(place, operation.path);
      return undefined;
    case 'remove':
      remove(place, operation.path, operation.recursive);
      return undefined;
    case 'move':
      move(place, operation.path, operation.to);
      return undefined;
    case 'room':
      return room(place, operation.path);
    case 'open_to_read':
      return files.openToRead(place, operation.path);
    case 'open_to_write':
      return files.openToWrite(place, operation.path, operation.position);
    case 'read':
      return files.read(operation.handle, operation.offset, operation.length);
    case 'write':
      files.write(operation.handle, operation.data);
      return undefined;
    case 'commit':
      return files.commit(operation.handle);
    case 'close':
      files.close(operation.handle);
      return undefined;
  }
}

/** Root's group first, for without being root it could not be changed; and the other way round. */
function asUser<T>(user: PorterPlace['user'], work: () => T): T {
  if (user === undefined) return work();
  process.setegid?.(user.gid);
  process.seteuid?.(user.uid);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

function toFailure(error: unknown): PorterFailure {
  if (error instanceof PorterError) return { code: error.code, detail: error.detail };
  const code = codeOfError(error);
  return code === undefined ? { code: 'UNKNOWN', detail: String(error) } : { code, detail: '' };
}
