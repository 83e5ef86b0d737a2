/** What a path leads to. */
export interface FileEntry {
  /** Absolute, as it was asked for, without `.` and `..`. */
  path: string;
  type: 'file' | 'directory' | 'symlink' | 'other';
  sizeBytes: number;
  modifiedAt: Date;
}

export interface FileList {
  /** Sorted by path; the shallowest ones where not all are shown. The folder itself is not among them. */
  entries: FileEntry[];
  /** Entries that were found and are not shown; there may be more below folders that were not looked into. */
  leftOut: number;
}

export interface ListOptions {
  /** 1: what the folder holds; 2: what its folders hold, too. From 1 to {@link MAX_LIST_DEPTH}. */
  depth: number;
  maxEntries: number;
}

/** Either at the end (`append`) or over what stands at `offset`, in bytes, the end included; neither: instead of all. */
export type WritePosition = { append?: boolean; offset?: never } | { append?: never; offset?: number };

/** Of one {@link SandboxFiles.read}; longer parts are streamed. */
export const MAX_READ_BYTES = 64 * 1024 * 1024;
export const MAX_LIST_DEPTH = 32;

/**
 * The files of a sandbox, from outside. Relative paths are below /workspace. Code in the sandbox changes them at the
 * same time: what is said of a file may be outdated when it is heard. Nothing leads out of the sandbox: symbolic links
 * are followed inside it only.
 *
 * Everything throws SandboxError: `FILE_NOT_FOUND`; `PATH_NOT_ALLOWED` (outside of the folders that may be used, or not
 * permitted there); `INVALID_ARGUMENT` (a folder where a file is needed, no regular file, no room, a bad range, …).
 */
export interface SandboxFiles {
  /** Of what a symbolic link leads to. */
  stat(path: string, signal: AbortSignal): Promise<FileEntry>;
  /** From `offset` (0), `length` bytes or all; fewer where the file ends. At most {@link MAX_READ_BYTES}. */
  read(path: string, range: { offset?: number; length?: number }, signal: AbortSignal): Promise<Buffer>;
  /** From `offset` (0) to the end, in chunks. Leaving early closes the file. */
  readStream(path: string, signal: AbortSignal, offset?: number): AsyncIterable<Buffer>;
  /** Makes the file and its parent folders where they do not exist. Without a position the file changes at once or not at all. */
  write(path: string, data: Uint8Array, position: WritePosition, signal: AbortSignal): Promise<FileEntry>;
  /** As {@link write} without a position. Where the source throws, the file stays as it was. */
  writeStream(path: string, source: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<FileEntry>;
  list(path: string, options: ListOptions, signal: AbortSignal): Promise<FileList>;
  /** With its parents; one that exists is fine. */
  makeDirectory(path: string, signal: AbortSignal): Promise<void>;
  /** A file, a link itself, or a folder: an empty one, or with `recursive` all that it holds. */
  remove(path: string, options: { recursive?: boolean }, signal: AbortSignal): Promise<void>;
  /** Replaces a file at `to`. Between /workspace and /tmp it is refused: they are different file systems. */
  move(from: string, to: string, signal: AbortSignal): Promise<void>;
}
