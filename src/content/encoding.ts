import { isUtf8 } from 'node:buffer';
import { withoutHalfEnd } from '../executions/whole-characters.ts';

export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'ISO-8859-1';

/** Begin of a file from which its encoding is told. */
export const HEAD_BYTES = 65_536;

const BOM_UTF_8 = Buffer.of(0xef, 0xbb, 0xbf);

/** The encoding of a text, by its first bytes; undefined where they are no text. */
export function encodingOf(head: Buffer): Encoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'UTF-16LE';
  if (head[0] === 0xfe && head[1] === 0xff) return 'UTF-16BE';
  if (head.includes(0)) return undefined;
  if (isUtf8(head.length < HEAD_BYTES ? head : withoutHalfEnd(head))) return 'UTF-8';
  return head.some(isNoLatin1Text) ? undefined : 'ISO-8859-1';
}

/** Control characters that texts do not have, C1 included. */
function isNoLatin1Text(byte: number): boolean {
  const isControl = byte < 0x20 || (byte >= 0x7f && byte <= 0x9f);
  return isControl && !'\t\n\f\r\x1b'.includes(String.fromCharCode(byte));
}

/** `bytes` are of a file from its begin, where `isBegin`; its byte order mark is left out then. */
export function decode(bytes: Buffer, encoding: Encoding, isBegin: boolean): string {
  switch (encoding) {
    case 'UTF-8': {
      const hasMark = isBegin && bytes.subarray(0, 3).equals(BOM_UTF_8);
      return bytes.toString('utf8', hasMark ? 3 : 0);
    }
    case 'ISO-8859-1':
      return bytes.toString('latin1');
    case 'UTF-16LE':
    case 'UTF-16BE':
      return new TextDecoder(encoding, { ignoreBOM: !isBegin }).decode(bytes);
  }
}

/** A text in UTF-16 as UTF-8, without its byte order mark. */
export async function* toUtf8(source: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of source) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}
