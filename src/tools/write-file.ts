import { z } from 'zod';
import { SandboxError } from '../errors.ts';
import { toBase64 } from '../executions/mime-bundle.ts';
import type { WritePosition } from '../sandboxes/files.ts';
import { defineTool } from './tool.ts';

/** Over HTTP a request has 4 MB at most, and JSON swells. */
const MAX_CHARACTERS = 3_000_000;

export const writeFile = defineTool({
  name: 'write_file',
  title: 'Write file',
  description:
    'Write a file of a sandbox: replace it, or with append or offset write into it. Parent folders are made. ' +
    'Give the content as text (UTF-8) or as base64. A replaced file is complete at once or unchanged.',
  input: z.strictObject({
    path: z.string().describe('Relative paths are below /workspace'),
    text: z.string().max(MAX_CHARACTERS).optional().describe('Content, at most 3 MB'),
    base64: z
      .string()
      .max(MAX_CHARACTERS)
      .optional()
      .describe('Instead of text: binary content, at most 3 MB of base64'),
    sandbox_id: z.string().optional().describe('Default: the sandbox that run_code with a language uses'),
    append: z.boolean().optional().describe('Write at the end of the file'),
    offset: z.int().min(0).optional().describe('Write over what stands at this byte, from 0'),
  }),
  output: z.strictObject({ path: z.string(), size_bytes: z.int().describe('Of the whole file') }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },

  async handle(session, input, { signal }) {
    const data = toBytes(input);
    const position = toPosition(input);
    const { files } = await session.files(input.sandbox_id, signal);
    const { path, sizeBytes } = await files.write(input.path, data, position, signal);
    const text = `Wrote ${String(data.length)} bytes; ${path} has ${String(sizeBytes)} bytes.`;
    return { structured: { path, size_bytes: sizeBytes }, content: [{ type: 'text', text }] };
  },
});

function toBytes({ text, base64 }: { text?: string | undefined; base64?: string | undefined }): Buffer {
  if (text !== undefined && base64 === undefined) return Buffer.from(text);
  if (text !== undefined || base64 === undefined) {
    throw invalid(
      'write_file takes either text or base64, and exactly one of them',
      'Pass text for a text, base64 for binary content; an empty text makes an empty file.',
    );
  }
  const data = toBase64(base64);
  if (data !== undefined) return Buffer.from(data, 'base64');
  throw invalid(
    'base64 is no base64',
    'It has the characters A–Z a–z 0–9 + / and = at its end, in groups of four.',
  );
}

function toPosition({
  append,
  offset,
}: {
  append?: boolean | undefined;
  offset?: number | undefined;
}): WritePosition {
  if (!append) return offset === undefined ? {} : { offset };
  if (offset === undefined) return { append };
  throw invalid(
    'write_file takes either append or offset, not both',
    'append writes at the end of the file.',
  );
}

function invalid(message: string, hint: string): SandboxError {
  return new SandboxError('INVALID_ARGUMENT', message, { hint });
}
