import { opendirSync } from 'node:fs';
import { descriptor, statAt } from './walk.ts';

export interface FolderItem {
  /** As people read it: bytes that are no UTF-8 are shown as U+FFFD. */
  name: string;
  /** The exact bytes of /proc/self/fd/N/NAME. */
  at: Buffer;
  isFolder: boolean;
}

const BUFFERED = 512;

/** What an open folder holds, in no order. Closed by leaving the loop, at its end or early. */
export function* itemsOf(folder: number): Generator<FolderItem, void, void> {
  // Each byte as one character: a name need not be UTF-8.
  const directory = opendirSync(descriptor(folder), { encoding: 'latin1', bufferSize: BUFFERED });
  try {
    for (let item = directory.readSync(); item; item = directory.readSync()) {
      const at = Buffer.from(`${descriptor(folder)}/${item.name}`, 'latin1');
      const isKnown = item.isFile() || item.isDirectory() || item.isSymbolicLink();
      // Some file systems do not say what a name is.
      const isFolder = isKnown ? item.isDirectory() : (statAt(at)?.isDirectory() ?? false);
      yield { name: Buffer.from(item.name, 'latin1').toString('utf8'), at, isFolder };
    }
  } finally {
    directory.closeSync();
  }
}
