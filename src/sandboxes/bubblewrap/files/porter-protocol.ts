import { z } from 'zod';
import type { ListOptions, WritePosition } from '../../files.ts';

/** The sandbox whose files are meant, as the porter finds it. */
export interface PorterPlace {
  /** The anchor's process, and when it started: a pid alone may be somebody else's by now. */
  pid: number;
  startTime: string;
  /** Host user that the sandbox runs as; undefined where it is the server's own. */
  user: { uid: number; gid: number } | undefined;
  /** Folders of the sandbox that may be used, absolute. */
  roots: readonly string[];
}

/** Paths are absolute and normal. Handles are those of files that the porter holds open until `close` or `commit`. */
export type PorterOperation =
  | { type: 'stat'; path: string }
  | ({ type: 'list'; path: string } & ListOptions)
  | { type: 'make_directory'; path: string }
  | { type: 'remove'; path: string; recursive: boolean }
  | { type: 'move'; path: string; to: string }
  /** How much room the file system has that the path is in. */
  | { type: 'room'; path: string }
  | { type: 'open_to_read'; path: string }
  | { type: 'open_to_write'; path: string; position: WritePosition }
  | { type: 'read'; handle: number; offset: number; length: number }
  | { type: 'write'; handle: number; data: Uint8Array }
  | { type: 'commit'; handle: number }
  | { type: 'close'; handle: number };

export interface PorterRequest {
  id: number;
  place: PorterPlace;
  operation: PorterOperation;
}

const failure = z.strictObject({
  /** Of the system (ENOENT), or one of ours: see {@link PorterError}. */
  code: z.string(),
  detail: z.string(),
});
export type PorterFailure = z.output<typeof failure>;

export const answerSchema = z.union([
  z.strictObject({ id: z.int(), value: z.unknown() }),
  z.strictObject({ id: z.int(), failure }),
]);
export type PorterAnswer = z.output<typeof answerSchema>;

export const entryAnswer = z.strictObject({
  path: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'other']),
  sizeBytes: z.number(),
  modifiedAt: z.date(),
});
export const listAnswer = z.strictObject({ entries: z.array(entryAnswer), leftOut: z.int() });
export const openAnswer = z.strictObject({ handle: z.int(), entry: entryAnswer });
export const roomAnswer = z.strictObject({
  bytes: z.number(),
  freeBytes: z.number(),
  files: z.number(),
  freeFiles: z.number(),
});
export type Room = z.output<typeof roomAnswer>;
export const bytesAnswer = z.instanceof(Buffer);
export const nothing = z.undefined();
