import { isUtf8 } from 'node:buffer';
import { SandboxError } from '../errors.ts';
import { withoutHalfEnd } from '../executions/whole-characters.ts';
import { type FileEntry, MAX_READ_BYTES, type SandboxFiles } from '../sandboxes/files.ts';
import { decode, type Encoding, encodingOf, HEAD_BYTES, toUtf8 } from './encoding.ts';
import { mediaTypeOf } from './media-type.ts';
import { type TakenLines, takeLines } from './text-lines.ts';

export interface ContentRange {
  /** By number from 1, the last one included. */
  lines?: { first: number; last: number } | undefined;
  bytes?: { offset: number; length: number } | undefined;
}

export interface ContentLimits {
  /** Of a text. */
  maxTextBytes: number;
  /** Of what is no text. */
  maxBlobBytes: number;
}

interface About {
  entry: FileEntry;
  mimeType: string;
}

export interface TextContent extends About {
  kind: 'text';
  text: string;
  encoding: Encoding;
  /** Which part it is, for people: "lines 1–20 of 300". */
  part: string;
  /** Where the file goes on. */
  next: TakenLines['next'];
  /** Bytes that are none of the encoding show as U+FFFD. */
  hasWrongBytes: boolean;
}

export interface BlobContent extends About {
  kind: 'blob';
  bytes: Buffer;
  isWhole: boolean;
  part: string;
  next: TakenLines['next'];
}

/** More than fits, and no part of it was asked for. */
export interface LargeContent extends About {
  kind: 'too_large';
}

export interface ContentRequest {
  path: string;
  range: ContentRange;
  limits: ContentLimits;
}

/** A file, or a part of it, as text where it is one. Throws what {@link SandboxFiles} throws. */
export async function readContent(
  files: SandboxFiles,
  { path, range, limits }: ContentRequest,
  signal: AbortSignal,
): Promise<TextContent | BlobContent | LargeContent> {
  const head = await files.read(path, { length: HEAD_BYTES }, signal);
  const entry = await files.stat(path, signal);
  const encoding = encodingOf(head);
  const about = { entry, mimeType: mediaTypeOf(entry.path, head, encoding !== undefined) };
  if (range.bytes) return await readBytes(files, { about, encoding, ...range.bytes, limits }, signal);
  if (encoding !== undefined) {
    const { first, last } = range.lines ?? { first: 1, last: Infinity };
    return await readLines(files, { about, encoding, first, last, limits }, signal);
  }
  if (range.lines) {
    throw new SandboxError('INVALID_ARGUMENT', `${entry.path} is ${about.mimeType}, which has no lines`, {
      hint: 'Read it whole, or a part of it by offset and length in bytes.',
    });
  }
  if (entry.sizeBytes > limits.maxBlobBytes) return { kind: 'too_large', ...about };
  const bytes = await files.read(path, { length: limits.maxBlobBytes }, signal);
  return { kind: 'blob', ...about, bytes, isWhole: true, part: 'whole', next: undefined };
}

async function readLines(
  files: SandboxFiles,
  wanted: { about: About; encoding: Encoding; first: number; last: number; limits: ContentLimits },
  signal: AbortSignal,
): Promise<TextContent> {
  const { about, encoding, first, last, limits } = wanted;
  const { path } = about.entry;
  const isWide = encoding.startsWith('UTF-16');
  const stream = files.readStream(path, signal);
  const source = isWide ? toUtf8(stream, encoding) : stream;
  const taken = await takeLines(source, { first, last, maxBytes: limits.maxTextBytes });
  const { lines, lastLine, bytes } = taken;
  if (lines !== undefined && first > Math.max(lines, 1)) {
    throw new SandboxError(
      'INVALID_ARGUMENT',
      `${path} has ${String(lines)} lines, none of number ${String(first)}`,
      {
        hint: `Use a start_line from 1 to ${String(lines)}.`,
      },
    );
  }
  // The offset of a text that was turned into UTF-8 means nothing: a line that long is left to code.
  const next = isWide && taken.next && 'offset' in taken.next ? { line: first + 1 } : taken.next;
  const of = lines === undefined ? '' : ` of ${String(lines)}`;
  return {
    kind: 'text',
    ...about,
    text: decode(bytes, isWide ? 'UTF-8' : encoding, first === 1),
    encoding,
    part: lastLine < first ? 'empty' : `lines ${String(first)}–${String(lastLine)}${of}`,
    next,
    hasWrongBytes: encoding === 'UTF-8' && !isUtf8(bytes),
  };
}

async function readBytes(
  files: SandboxFiles,
  wanted: {
    about: About;
    encoding: Encoding | undefined;
    offset: number;
    length: number;
    limits: ContentLimits;
  },
  signal: AbortSignal,
): Promise<TextContent | BlobContent> {
  const { about, encoding, offset, length, limits } = wanted;
  const { path, sizeBytes } = about.entry;
  if (offset > sizeBytes) {
    throw new SandboxError(
      'INVALID_ARGUMENT',
      `${path} has ${String(sizeBytes)} bytes, and offset is ${String(offset)}`,
      {
        hint: `Use an offset from 0 to ${String(sizeBytes)}.`,
      },
    );
  }
  const max = encoding === undefined ? limits.maxBlobBytes : limits.maxTextBytes;
  const read = await files.read(path, { offset, length: Math.min(length, max, MAX_READ_BYTES) }, signal);
  const isCut = read.length < length && offset + read.length < sizeBytes;
  const bytes = isCut && encoding === 'UTF-8' ? withoutHalfEnd(read) : read;
  const end = offset + bytes.length;
  const part = `bytes ${String(offset)}–${String(end)} of ${String(sizeBytes)}`;
  const next = isCut ? { offset: end } : undefined;
  if (encoding === undefined)
    return { kind: 'blob', ...about, bytes, isWhole: bytes.length === sizeBytes, part, next };
  const text = decode(bytes, encoding, offset === 0);
  return {
    kind: 'text',
    ...about,
    text,
    encoding,
    part,
    next,
    hasWrongBytes: encoding === 'UTF-8' && !isUtf8(bytes),
  };
}
