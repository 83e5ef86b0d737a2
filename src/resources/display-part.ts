import { SandboxError } from '../errors.ts';
import type { MimeBundle } from '../executions/execution.ts';
import { isText, toBase64, typesOf } from '../executions/mime-bundle.ts';
import { MAX_TEXT_BYTES, readText } from './text-part.ts';

/** Of all binary forms in one answer, as base64: clients take messages of up to 10 MiB. */
const MAX_BLOB_BYTES = 4_000_000;

export type DisplayPart = { mimeType: string; text: string } | { mimeType: string; blob: string };

/**
 * The forms of a display, or the one that `type` asks for. Its texts are 1 MB together, and each names its next part;
 * a part of one is read as any other text. Binary forms are given whole or not at all.
 */
export function readDisplay(bundle: MimeBundle, path: string, query: URLSearchParams): DisplayPart[] {
  const types = typesOf(bundle);
  const wanted = query.get('type');
  const chosen = wanted === null ? types : types.filter((type) => type === wanted);
  if (wanted !== null && chosen.length === 0) {
    throw invalid(`${path} has no type ${wanted.slice(0, 100)}`, `Use one of ${types.join(', ')}`);
  }
  const part = new URLSearchParams(query);
  part.delete('type');
  const texts = chosen.filter(isText);
  if (part.size > 0 && (chosen.length > 1 || texts.length === 0)) {
    const hint = `Add the type of a text: ${types.filter(isText).join(', ') || '(it has none)'}`;
    throw invalid('Parts are read of one text, not of a display', `${hint}, such as ?type=text%2Fplain`);
  }
  checkBlobs(
    bundle,
    chosen.filter((type) => !isText(type)),
    otherForms(types),
  );
  let bytesLeft = MAX_TEXT_BYTES;
  let textsLeft = texts.length;
  return chosen.map((mimeType) => {
    const data = bundle[mimeType] ?? '';
    if (!isText(mimeType)) return { mimeType, blob: toBlob(mimeType, data, otherForms(types)) };
    const uri = `${path}?type=${encodeURIComponent(mimeType)}`;
    const text = readText(Buffer.from(data), uri, part, Math.floor(bytesLeft / textsLeft));
    bytesLeft -= Buffer.byteLength(text);
    textsLeft -= 1;
    return { mimeType, text };
  });
}

function checkBlobs(bundle: MimeBundle, types: readonly string[], others: string): void {
  const bytes = types.reduce((sum, type) => sum + (bundle[type]?.length ?? 0), 0);
  if (bytes <= MAX_BLOB_BYTES) return;
  throw invalid(
    `${types.join(', ')}: ${String(bytes)} bytes as base64 are over the limit of ${String(MAX_BLOB_BYTES)}`,
    `Make it smaller, or save it to a file in /workspace.${others}`,
  );
}

function toBlob(mimeType: string, data: string, others: string): string {
  const blob = toBase64(data);
  if (blob !== undefined) return blob;
  throw invalid(
    `${mimeType} cannot be read: its data is no base64`,
    `The cell must give binary data as bytes or as base64.${others}`,
  );
}

function otherForms(types: readonly string[]): string {
  return types.length > 1
    ? ` Each form is read alone with ?type=, one of ${types.map(encodeURIComponent).join(', ')}`
    : '';
}

function invalid(message: string, hint: string): SandboxError {
  return new SandboxError('INVALID_ARGUMENT', message, { hint });
}
