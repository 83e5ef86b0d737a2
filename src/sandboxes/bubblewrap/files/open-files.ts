import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { FileEntry, WritePosition } from '../../files.ts';
import { toEntry } from './entries.ts';
import { codeOfError, PorterError } from './porter-error.ts';
import type { PorterPlace } from './porter-protocol.ts';
import { descriptor, openUntouched, type Spot, statAt, walk } from './walk.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const FILE_MODE = 0o644;

interface OpenFile {
  fd: number;
  path: string;
  /** Where the next bytes go; undefined at the end of the file, wherever that is by then. */
  position: number | undefined;
  /** What takes the place of a file when it is complete; it has another name until then, in the same folder. */
  replacement: { spot: Spot; temporary: string; mode: number } | undefined;
}

/** The files that the porter holds open. */
export class OpenFiles {
  readonly #files = new Map<number, OpenFile>();
  #last = 0;

  openToRead(place: PorterPlace, path: string): { handle: number; entry: FileEntry } {
    using spot = walk(place, path, { follow: true });
    const fd = openRegular(spot.at, O_RDONLY);
    return this.#keep({ fd, path, position: 0, replacement: undefined });
  }

  openToWrite(
    place: PorterPlace,
    path: string,
    { append = false, offset }: WritePosition,
  ): { handle: number; entry: FileEntry } {
    const spot = walk(place, path, { follow: true, make: true });
    try {
      if (spot.isRoot) throw new PorterError('EISDIR');
      if (!append && offset === undefined) return this.#keep(startReplacement(spot, path));
      const fd = openOrMake(spot.at, append ? O_WRONLY | O_APPEND : O_WRONLY);
      spot[Symbol.dispose]();
      return this.#keep({ fd, path, position: offset, replacement: undefined });
    } catch (error) {
      spot[Symbol.dispose]();
      throw error;
    }
  }

  read(handle: number, offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    return bytes.subarray(0, readSync(this.#file(handle).fd, bytes, 0, length, offset));
  }

  write(handle: number, data: Uint8Array): void {
    const file = this.#file(handle);
    for (let at = 0; at < data.length;) {
      const written = writeSync(file.fd, data, at, data.length - at, file.position ?? null);
      at += written;
      if (file.position !== undefined) file.position += written;
    }
  }

  /** Puts a replacement into its place. The file is closed in any case. */
  commit(handle: number): FileEntry {
    const file = this.#file(handle);
    try {
      if (file.replacement) {
        const { spot, temporary, mode } = file.replacement;
        fchmodSync(file.fd, mode);
        renameSync(temporary, spot.at);
        file.replacement = undefined;
        spot[Symbol.dispose]();
      }
      return toEntry(file.path, fstatSync(file.fd));
    } finally {
      this.close(handle);
    }
  }

  /** Removes a replacement that was not committed. One that is closed already is fine. */
  close(handle: number): void {
    const file = this.#files.get(handle);
    this.#files.delete(handle);
    if (!file) return;
    closeSync(file.fd);
    if (!file.replacement) return;
    using _spot = file.replacement.spot; // its folder is open until the temporary name is gone
    tryUnlink(file.replacement.temporary);
  }

  #keep(file: OpenFile): { handle: number; entry: FileEntry } {
    this.#last += 1;
    this.#files.set(this.#last, file);
    try {
      const stats = fstatSync(file.fd);
      if (file.position !== undefined && file.position > stats.size)
        throw new PorterError('BEYOND_END', String(stats.size));
      return { handle: this.#last, entry: toEntry(file.path, stats) };
    } catch (error) {
      this.close(this.#last);
      throw error;
    }
  }

  #file(handle: number): OpenFile {
    const file = this.#files.get(handle);
    if (file) return file;
    throw new Error(`no file is open as ${String(handle)}`);
  }
}

/** A FIFO, a socket or a device is refused without having been opened. Throws the system's error where nothing is there. */
function openRegular(at: string, flags: number): number {
  const untouched = openUntouched(at);
  try {
    checkRegular(fstatSync(untouched));
    return openSync(descriptor(untouched), flags | O_NONBLOCK);
  } finally {
    closeSync(untouched);
  }
}

function openOrMake(at: string, flags: number): number {
  try {
    return openRegular(at, flags);
  } catch (error) {
    if (codeOfError(error) !== 'ENOENT') throw error;
    return openSync(at, flags | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
  }
}

function startReplacement(spot: Spot, path: string): OpenFile {
  const replaced = statAt(spot.at);
  if (replaced) checkRegular(replaced);
  const mode = replaced === undefined ? FILE_MODE : replaced.mode & 0o777;
  const temporary = `${spot.folder}/.sandcell-${randomBytes(8).toString('hex')}.part`;
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  return { fd, path, position: undefined, replacement: { spot, temporary, mode } };
}

// A hard link is no danger: the sandbox can make one only to a file of the same mount, which it may use anyway, and what
// is opened here is opened with the rights of the sandbox's user.
function checkRegular(stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new PorterError('EISDIR');
  const kind = stats.isSymbolicLink()
    ? 'a symbolic link'
    : stats.isFIFO()
      ? 'a FIFO'
      : stats.isSocket()
        ? 'a socket'
        : 'a device';
  throw new PorterError('NOT_REGULAR', kind);
}

function tryUnlink(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch {
    // The sandbox has removed it.
  }
}
