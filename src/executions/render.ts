import { z } from 'zod';
import { type Language, LANGUAGES } from '../languages.ts';
import type { ExecutionResult } from './collect.ts';
import type { MimeBundle } from './execution.ts';
import { type ImageContent, MAX_IMAGE_BYTES, toImages } from './images.ts';
import { cutMiddle, type KeptOutput } from './kept-output.ts';
import { typesOf } from './mime-bundle.ts';
import { outputUri } from './output-uri.ts';
import { renderText } from './render-text.ts';

export type Content = { type: 'text'; text: string } | ImageContent;

/**
 * An answer's size as JSON, text and structured form together; clients drop the connection or the answer at a few MB.
 * Half of it may be images.
 */
const MAX_ANSWER_BYTES = 950_000;
/** Of the limit on results; a display's text is a hint, the whole is at its URI. */
const DISPLAY_SHARE = 1 / 4;

const uri = z.string().nullable();

/** The form of an execution on the wire. */
export const executionOutput = z.strictObject({
  execution_id: z.string(),
  context_id: z.string(),
  sandbox_id: z.string(),
  language: z.enum(LANGUAGES),
  execution_count: z.int(),
  status: z.enum(['ok', 'error', 'timeout', 'interrupted', 'kernel_died']),
  state: z.enum(['kept', 'lost']).describe("What became of the context's variables"),
  result: z.string().nullable().describe('Value of the last expression'),
  stdout: z.string(),
  stderr: z.string(),
  error: z
    .strictObject({
      name: z.string(),
      message: z.string(),
      traceback: z.string(),
      line: z.int().nullable().describe('In the cell, from 1'),
      column: z.int().nullable().describe('In the cell, from 1'),
    })
    .nullable(),
  truncated: z
    .strictObject({ stdout_bytes: z.int(), stderr_bytes: z.int(), stdout_uri: uri, stderr_uri: uri })
    .nullable()
    .describe('Set where output was cut: bytes written, and where the whole can be read'),
  displays: z.array(z.strictObject({ mime_types: z.array(z.string()), uri: z.string(), text: z.string() })),
  notes: z.array(z.string()),
  blocked: z
    .array(z.string())
    .describe('host:port of each connection that the network policy refused; the notes say how to allow it'),
  duration_ms: z.number(),
});

export type ExecutionOutput = z.output<typeof executionOutput>;

export interface ExecutionNames {
  executionId: string;
  contextId: string;
  sandboxId: string;
  language: Language;
}

export interface ShowLimits {
  /** Of each of stdout and stderr. */
  maxOutputBytes: number;
  /** Of the result, and of the error. */
  maxResultBytes: number;
}

/** Whether an answer names a URI, so that the outputs must be stored. */
export function namesUris({ truncated, displays }: ExecutionOutput): boolean {
  return truncated !== null || displays.length > 0;
}

/** The rich outputs of a cell: what it displayed, and its result where that is more than text. */
export function displaysOf({ displays, result }: ExecutionResult): MimeBundle[] {
  return result && Object.keys(result).length > 1 ? [...displays, result] : displays;
}

/** An execution as the answer to a call: text for the model, the same facts for programs, images. */
export function renderExecution(
  result: ExecutionResult,
  names: ExecutionNames,
  limits: ShowLimits,
): { structured: ExecutionOutput; content: Content[]; isError: boolean } {
  const { images, notes } = toImages(displaysOf(result), MAX_IMAGE_BYTES);
  const { structured, text } = renderFitting(
    { ...result, notes: [...result.notes, ...notes] },
    names,
    limits,
  );
  return { structured, content: [{ type: 'text', text }, ...images], isError: result.status !== 'ok' };
}

/**
 * Control characters take six bytes in JSON: where the answer swells over the limit, less is shown. What does not shrink
 * with these limits (names, URIs, the lines that count what is left out) is far below it.
 */
function renderFitting(
  result: ExecutionResult,
  names: ExecutionNames,
  limits: ShowLimits,
): { structured: ExecutionOutput; text: string } {
  const structured = toOutput(result, names, limits);
  const text = renderText(structured);
  const swollen = Buffer.byteLength(JSON.stringify([structured, text])) > MAX_ANSWER_BYTES - MAX_IMAGE_BYTES;
  if (!swollen || limits.maxOutputBytes + limits.maxResultBytes === 0) return { structured, text };
  const half = { maxOutputBytes: limits.maxOutputBytes >> 1, maxResultBytes: limits.maxResultBytes >> 1 };
  return renderFitting(result, names, half);
}

function toOutput(result: ExecutionResult, names: ExecutionNames, limits: ShowLimits): ExecutionOutput {
  const { error } = result;
  const { maxOutputBytes, maxResultBytes } = limits;
  return {
    execution_id: names.executionId,
    context_id: names.contextId,
    sandbox_id: names.sandboxId,
    language: names.language,
    execution_count: result.executionCount,
    status: result.status,
    state: result.state,
    result: result.result ? cutMiddle(result.result['text/plain'] ?? '', maxResultBytes) : null,
    stdout: result.stdout.excerpt(maxOutputBytes),
    stderr: result.stderr.excerpt(maxOutputBytes),
    error: error
      ? {
          name: cutMiddle(error.name, 256),
          message: cutMiddle(error.message, maxResultBytes >> 2),
          traceback: cutMiddle(error.traceback, (maxResultBytes >> 2) * 3),
          line: error.line,
          column: error.column,
        }
      : null,
    truncated: truncation(result, names.executionId, maxOutputBytes),
    displays: displaysOf(result).map((bundle, index) => ({
      mime_types: typesOf(bundle),
      uri: outputUri(names.executionId, `displays/${index}`),
      text: cutMiddle(bundle['text/plain'] ?? '', maxResultBytes * DISPLAY_SHARE),
    })),
    notes: result.notes.map((note) => cutMiddle(note, maxResultBytes)),
    blocked: result.blocked,
    duration_ms: result.durationMs,
  };
}

function truncation(
  { stdout, stderr }: ExecutionResult,
  executionId: string,
  maxBytes: number,
): ExecutionOutput['truncated'] {
  if (stdout.bytes <= maxBytes && stderr.bytes <= maxBytes) return null;
  const where = (name: 'stdout' | 'stderr', output: KeptOutput): string | null =>
    output.bytes > maxBytes ? outputUri(executionId, name) : null;
  return {
    stdout_bytes: stdout.bytes,
    stderr_bytes: stderr.bytes,
    stdout_uri: where('stdout', stdout),
    stderr_uri: where('stderr', stderr),
  };
}
