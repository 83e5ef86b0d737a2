import type { ReadResourceResult, Resource, ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import { decode, encodingOf, HEAD_BYTES } from '../content/encoding.ts';
import { fileUri, parseFileUri } from '../content/file-uri.ts';
import { mediaTypeByName, mediaTypeOf } from '../content/media-type.ts';
import { SandboxError } from '../errors.ts';
import type { SandboxFiles } from '../sandboxes/files.ts';
import type { Session } from '../sessions/session.ts';
import { readText } from './text-part.ts';

/** Of each sandbox. */
const MAX_LISTED = 500;
const LIST_DEPTH = 4;
/** Of a text, of which one read gives 1 MB. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** As base64 they are a third more; clients take messages of up to 10 MiB. */
const MAX_BLOB_BYTES = 3_000_000;

export const FILE_TEMPLATE: ResourceTemplate = {
  uriTemplate: 'sandbox://{sandbox_id}/{+path}',
  name: 'File of a sandbox',
  description:
    'A file below workspace/ or tmp/ of a sandbox: a text up to 1 MB at once, then the URI of the next part ' +
    '(?lines=100-200 and ?search=TEXT narrow it), anything else whole, up to 3 MB.',
};

/** The files in the workspaces of the sandboxes that there are; none is started for it. */
export async function listFiles(session: Session, signal: AbortSignal): Promise<Resource[]> {
  const lists = session.sandboxes.map(async ({ id, sandbox }) => {
    const options = { depth: LIST_DEPTH, maxEntries: MAX_LISTED };
    const { entries } = await sandbox.files.list('/workspace', options, signal);
    return entries
      .filter(({ type }) => type === 'file')
      .map(({ path, sizeBytes, modifiedAt }) => ({
        uri: fileUri(id, path),
        name: path.slice('/workspace/'.length),
        mimeType: mediaTypeByName(path),
        size: sizeBytes,
        annotations: { lastModified: modifiedAt.toISOString() },
      }));
  });
  // A sandbox that ends meanwhile has no files any more.
  const settled = await Promise.allSettled(lists);
  return settled.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
}

/** Throws SandboxError: what the files of the sandbox throw, `SANDBOX_NOT_FOUND`, `SANDBOX_EXPIRED`. */
export async function readFile(
  session: Session,
  uri: string,
  signal: AbortSignal,
): Promise<ReadResourceResult> {
  const [address = '', query = ''] = uri.split('?', 2);
  const { files, path } = await fileAt(session, address, signal);
  const parameters = new URLSearchParams(query);
  const head = await files.read(path, { length: HEAD_BYTES }, signal);
  const encoding = encodingOf(head);
  const mimeType = mediaTypeOf(path, head, encoding !== undefined);
  const { sizeBytes } = await files.stat(path, signal);
  const max = encoding === undefined ? MAX_BLOB_BYTES : MAX_TEXT_BYTES;
  if (sizeBytes > max) {
    throw invalid(
      `${path} has ${String(sizeBytes)} bytes, which is over the limit of ${String(max)} for ${mimeType}`,
      'Read parts of it with read_file, or make it smaller with run_code.',
    );
  }
  const bytes = await files.read(path, { length: max }, signal);
  if (encoding !== undefined) {
    const text = encoding === 'UTF-8' ? bytes : Buffer.from(decode(bytes, encoding, true));
    return { contents: [{ uri, mimeType, text: readText(text, address, parameters) }] };
  }
  if (parameters.size > 0)
    throw invalid(`${path} is ${mimeType}, which has no lines`, 'Read it whole, without parameters.');
  return { contents: [{ uri, mimeType, blob: bytes.toString('base64') }] };
}

/** What is told apart to notice a change; undefined where nothing is there. */
export async function versionOf(
  session: Session,
  uri: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const [address = ''] = uri.split('?', 1);
    const { files, path } = await fileAt(session, address, signal);
    const { sizeBytes, modifiedAt } = await files.stat(path, signal);
    return `${String(sizeBytes)} ${String(modifiedAt.getTime())}`;
  } catch {
    return undefined;
  }
}

async function fileAt(
  session: Session,
  address: string,
  signal: AbortSignal,
): Promise<{ files: SandboxFiles; path: string }> {
  const parsed = parseFileUri(address);
  if (!parsed) {
    throw invalid(
      `${address.slice(0, 200)} is no file of a sandbox`,
      'Such a URI is sandbox://ID/workspace/NAME, percent-encoded; resources/list gives some.',
    );
  }
  const { files } = await session.files(parsed.sandboxId, signal);
  return { files, path: parsed.path };
}

function invalid(message: string, hint: string): SandboxError {
  return new SandboxError('INVALID_ARGUMENT', message, { hint });
}
