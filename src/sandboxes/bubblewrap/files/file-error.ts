import { SandboxError } from '../../../errors.ts';
import type { PorterFailure, PorterPlace, Room } from './porter-protocol.ts';

const MIB = 1024 * 1024;

/** Where the files of a sandbox are now. */
export interface FilesPlace {
  porterPlace: PorterPlace;
  /** Settles when nothing of the sandbox runs any more; never rejects. */
  ended: Promise<void>;
  /** The sandbox had died and was started anew, without its files. */
  hasLostFiles: boolean;
}

export interface FileProblem {
  path: string;
  place: FilesPlace;
  failure: PorterFailure;
  /** Of the file system, where it had no room. */
  room: Room | undefined;
}

const LOST = '; the processes of this sandbox had ended, and its files were lost';

/** What a failure of the porter means for whoever asked; undefined where it means that we have a bug. */
export function explainFileFailure({ path, place, failure, room }: FileProblem): SandboxError | undefined {
  const { code, detail } = failure;
  switch (code) {
    case 'ENOENT':
      return new SandboxError('FILE_NOT_FOUND', `Nothing is at ${path}${place.hasLostFiles ? LOST : ''}`, {
        hint: 'list_files shows what is there; relative paths are below /workspace.',
      });
    case 'OUTSIDE': {
      const leads = path === detail || path.startsWith(`${detail}/`) ? 'is' : `leads to ${detail}, which is`;
      return notAllowed(`${path} ${leads} outside of the folders that may be used`, {
        hint: `Use a path below ${place.porterPlace.roots.join(' or ')}; relative paths are below /workspace.`,
      });
    }
    case 'IS_ROOT':
      return notAllowed(`${path} itself can be neither moved nor removed`, {
        hint: 'Name a file or folder in it; kill_sandbox ends the sandbox with all its files.',
      });
    case 'EACCES':
    case 'EPERM':
      return notAllowed(`${path} is not permitted in the sandbox`, {
        hint: 'Its mode, or that of a folder above it, forbids it; code in the sandbox may be able to change that with chmod.',
      });
    case 'EROFS':
      return notAllowed(`${path} cannot be changed: it is on a file system that is read-only`, {
        hint: 'Write to /tmp instead.',
      });
    default:
      return explainArgument(path, failure, room);
  }
}

function explainArgument(path: string, { code, detail }: PorterFailure, room: Room | undefined) {
  const [message, hint] = ARGUMENTS[code]?.(detail, room) ?? [];
  if (message === undefined || hint === undefined) return undefined;
  return new SandboxError('INVALID_ARGUMENT', `${path} ${message}`, { hint });
}

type Explain = (detail: string, room: Room | undefined) => [message: string, hint: string];

const full: Explain = (_detail, room) => [
  `does not fit: the file system is full${room ? ` (${toText(room)})` : ''}`,
  'Remove files that are no longer needed, or write less.',
];
const TOO_MANY: Explain = () => ['cannot be opened: the server has too many files open', 'Try again later.'];

/** How a path, as the subject, goes on. */
const ARGUMENTS: Readonly<Record<string, Explain>> = {
  EISDIR: () => ['is a folder, not a file', 'list_files shows what is in it.'],
  ENOTDIR: () => [
    'is no folder, or leads through something that is none',
    'Check the path with list_files; read_file reads a file.',
  ],
  NOT_REGULAR: (kind) => [
    `is ${kind}, not a regular file`,
    'Only regular files can be read and written; code in the sandbox can use it.',
  ],
  ELOOP: () => ['leads through more than 40 symbolic links', 'Name the file that they should lead to.'],
  ENAMETOOLONG: () => ['has a name of more than 255 bytes', 'Use a shorter name.'],
  ENOTEMPTY: () => [
    'is a folder that is not empty',
    'Remove what is in it first, or remove it with all that it holds.',
  ],
  EEXIST: () => ['exists already', 'Use another name, or remove it first.'],
  EINVAL: () => ['cannot be used that way', 'A folder cannot be moved into itself, nor replace a file.'],
  EXDEV: () => ['cannot be moved there: it is another file system', 'Copy it, then remove it.'],
  EBUSY: () => ['is in use by the system', 'Use another path.'],
  ETXTBSY: () => ['is a program that runs', 'End it first, or write the file anew without a position.'],
  EFBIG: () => ['would become larger than files can be', 'Write less.'],
  BEYOND_END: (size) => [`has only ${size} bytes`, `Use an offset from 0 to ${size}, or append.`],
  TOO_DEEP: (depth) => [
    `holds more than ${depth} folders below each other`,
    'Remove it by code in the sandbox, as with rm -r.',
  ],
  ENOSPC: full,
  EDQUOT: full,
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
};

function toText({ bytes, freeBytes, files, freeFiles }: Room): string {
  const mib = (value: number): string => (value / MIB).toFixed(value > 0 && value < MIB ? 3 : 0);
  return `${mib(freeBytes)} of ${mib(bytes)} MiB and ${String(freeFiles)} of ${String(files)} files are free`;
}

function notAllowed(message: string, options: { hint: string }): SandboxError {
  return new SandboxError('PATH_NOT_ALLOWED', message, options);
}
