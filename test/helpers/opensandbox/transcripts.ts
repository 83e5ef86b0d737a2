import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../fixtures/opensandbox/', import.meta.url));

/** An answer of a real deployment, as curl wrote it down. */
export interface Transcript {
  name: string;
  status: number;
  /** Without the framing of HTTP. */
  body: Buffer;
  /** Whether the connection was still open when the client gave up. */
  isOpen: boolean;
}

/** All transcripts in which something was answered. */
export function transcripts(): Transcript[] {
  return readdirSync(FOLDER)
    .sort()
    .flatMap((file) => {
      const raw = readFileSync(`${FOLDER}${file}`);
      const from = raw.indexOf('HTTP/1.1 ');
      const end = raw.indexOf('\r\n\r\n', from);
      if (from === -1 || end === -1) return [];
      const head = raw.subarray(from, end).toString('latin1');
      const content = raw.subarray(end + 4);
      const isChunked = /transfer-encoding: chunked/i.test(head);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const { body, isOpen } = isChunked
        ? unchunked(content)
        : { body: content.subarray(0, length), isOpen: false };
      return [{ name: file.replace('.txt', ''), status: Number(head.slice(9, 12)), body, isOpen }];
    });
}

export function transcript(name: string): Transcript {
  const found = transcripts().find((other) => other.name === name);
  if (!found) throw new Error(`there is no transcript ${name}`);
  return found;
}

/** By the line ends of Windows, which stand between chunks only: of some, paths have been made shorter than their size says. */
function unchunked(content: Buffer): { body: Buffer; isOpen: boolean } {
  const parts = content.toString('latin1').split('\r\n');
  const data: string[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    if (parts[at] === '0') return { body: Buffer.from(data.join(''), 'latin1'), isOpen: false };
    data.push(parts[at + 1] ?? '');
  }
  return { body: Buffer.from(data.join(''), 'latin1'), isOpen: true };
}
