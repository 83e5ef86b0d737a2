import { z } from 'zod';
import {
  type BlobContent,
  readContent,
  type ContentRange,
  type TextContent,
} from '../content/read-content.ts';
import { fileUri } from '../content/file-uri.ts';
import { SandboxError } from '../errors.ts';
import { INLINE_IMAGES, MAX_IMAGE_BYTES } from '../executions/images.ts';
import { defineTool, type ToolContent } from './tool.ts';

/** Base64 takes four characters for three bytes. */
const MAX_BLOB_BYTES = Math.floor(MAX_IMAGE_BYTES / 4) * 3;

const output = z.strictObject({
  path: z.string(),
  mime_type: z.string(),
  size_bytes: z.int(),
  text: z
    .string()
    .nullable()
    .describe('Null where the file is no text: it comes as image or embedded resource'),
  encoding: z.string().nullable().describe('Of a text, as it was found'),
  next_line: z.int().nullable().describe('start_line of what was left out'),
  next_offset: z.int().nullable().describe('offset of what was left out'),
});

export const readFile = defineTool({
  name: 'read_file',
  title: 'Read file',
  description:
    'Read a file of a sandbox. Texts come as text, from start_line to end_line or the whole; long ones are cut, and the ' +
    'answer says where to go on. Images come as images, other binary files as base64. offset and length read bytes.',
  input: z.strictObject({
    path: z.string().describe('Relative paths are below /workspace'),
    sandbox_id: z.string().optional().describe('Default: the sandbox that run_code with a language uses'),
    start_line: z.int().min(1).optional().describe('First line, from 1'),
    end_line: z.int().min(1).optional().describe('Last line, itself included'),
    offset: z.int().min(0).optional().describe('First byte, from 0; not with lines'),
    length: z.int().min(1).optional().describe('Number of bytes; not with lines'),
  }),
  output,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },

  async handle(session, input, { signal }) {
    const range = toRange(input);
    const { sandboxId, files } = await session.files(input.sandbox_id, signal);
    const limits = { maxTextBytes: session.settings.maxOutputBytes, maxBlobBytes: MAX_BLOB_BYTES };
    const content = await readContent(files, { path: input.path, range, limits }, signal);
    const { entry, mimeType, kind } = content;
    const { path, sizeBytes } = entry;
    const next = kind === 'too_large' ? undefined : content.next;
    const structured = {
      ...{ path, mime_type: mimeType, size_bytes: sizeBytes },
      text: kind === 'text' ? content.text : null,
      encoding: kind === 'text' ? content.encoding : null,
      next_line: next && 'line' in next ? next.line : null,
      next_offset: next && 'offset' in next ? next.offset : null,
    };
    const about = `${path}: ${mimeType}, ${String(sizeBytes)} bytes`;
    const uri = fileUri(sandboxId, path);
    if (kind === 'too_large') {
      const text = `${about}; too large to be shown whole (limit ${String(MAX_BLOB_BYTES)} bytes). Make it smaller with run_code, read parts of it by offset and length, or let the user open ${uri}`;
      return { structured, content: [{ type: 'text', text }] };
    }
    const shown: ToolContent = kind === 'text' ? { type: 'text', text: content.text } : toBlock(content, uri);
    return { structured, content: [{ type: 'text', text: `${about}; ${describe(content)}` }, shown] };
  },
});

function describe(content: TextContent | BlobContent): string {
  const { next } = content;
  const more = next && ('line' in next ? `start_line ${String(next.line)}` : `offset ${String(next.offset)}`);
  return [
    content.kind === 'text' ? `${content.encoding}, ${content.part}` : content.part,
    ...(content.kind === 'text' && content.hasWrongBytes ? ['bytes that are no UTF-8 are shown as �'] : []),
    ...(more === undefined ? [] : [`goes on at ${more}`]),
  ].join('; ');
}

function toBlock({ mimeType, bytes, isWhole }: BlobContent, uri: string): ToolContent {
  const data = bytes.toString('base64');
  if (isWhole && INLINE_IMAGES.includes(mimeType)) return { type: 'image', data, mimeType };
  return { type: 'resource', resource: { uri, mimeType, blob: data } };
}

function toRange(input: {
  start_line?: number | undefined;
  end_line?: number | undefined;
  offset?: number | undefined;
  length?: number | undefined;
}): ContentRange {
  const { start_line: first, end_line: last, offset, length } = input;
  const hasLines = first !== undefined || last !== undefined;
  const hasBytes = offset !== undefined || length !== undefined;
  if (hasLines && hasBytes) {
    throw new SandboxError('INVALID_ARGUMENT', 'read_file takes either lines or bytes, not both', {
      hint: 'Pass start_line and end_line, or offset and length.',
    });
  }
  if (hasBytes) return { bytes: { offset: offset ?? 0, length: length ?? Infinity } };
  if (!hasLines) return {};
  const lines = { first: first ?? 1, last: last ?? Infinity };
  if (lines.last < lines.first) {
    throw new SandboxError(
      'INVALID_ARGUMENT',
      `end_line ${String(last)} is before start_line ${String(lines.first)}`,
      { hint: 'Both count from 1, and both lines are shown.' },
    );
  }
  return { lines };
}
