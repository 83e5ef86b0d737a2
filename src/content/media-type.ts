import { extname } from 'node:path/posix';
import { lookup } from 'mime-types';

/** What the table of registered types does not know, or means something else by. */
const TEXTS: Readonly<Record<string, string>> = {
  '.py': 'text/x-python',
  '.ts': 'text/x-typescript',
  '.mts': 'text/x-typescript',
  '.cts': 'text/x-typescript',
  '.tsx': 'text/x-typescript',
  '.go': 'text/x-go',
  '.rs': 'text/x-rust',
  '.jsonl': 'application/jsonl',
};

const TEXT_TYPE = /^text\/|[/+](json|xml|javascript|toml|yaml|sql|x-sh|x-tex)$/;

/** Where a type is told by the first bytes alone, whatever the file is called. */
const SIGNATURES: readonly { type: string; at: number; bytes: Buffer }[] = [
  { type: 'image/png', at: 0, bytes: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') },
  { type: 'image/jpeg', at: 0, bytes: Buffer.from([0xff, 0xd8, 0xff]) },
  { type: 'image/gif', at: 0, bytes: Buffer.from('GIF8') },
  { type: 'image/webp', at: 8, bytes: Buffer.from('WEBP') },
  { type: 'application/pdf', at: 0, bytes: Buffer.from('%PDF-') },
];

/** The type of a file by its first bytes and its name. A text is never called something else by its name, nor the reverse. */
export function mediaTypeOf(path: string, head: Buffer, isText: boolean): string {
  const extension = extname(path).toLowerCase();
  const byName = lookup(extension);
  if (isText) {
    const type = TEXTS[extension] ?? byName;
    return type !== false && TEXT_TYPE.test(type) ? type : 'text/plain';
  }
  const signed = SIGNATURES.find(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes));
  if (signed) return signed.type;
  const isPlausible = byName !== false && !TEXT_TYPE.test(byName) && !byName.startsWith('image/');
  return isPlausible && TEXTS[extension] === undefined ? byName : 'application/octet-stream';
}

/** By its name alone, where the content has not been read. */
export function mediaTypeByName(path: string): string {
  const extension = extname(path).toLowerCase();
  return TEXTS[extension] ?? (lookup(extension) || 'application/octet-stream');
}
