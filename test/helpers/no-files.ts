import type { SandboxFiles } from '../../src/sandboxes/files.ts';

function refuse(): never {
  throw new Error('no files are needed');
}

/** For a sandbox of which a test wants something else. */
export const NO_FILES: SandboxFiles = {
  stat: refuse,
  read: refuse,
  readStream: refuse,
  write: refuse,
  writeStream: refuse,
  list: refuse,
  makeDirectory: refuse,
  remove: refuse,
  move: refuse,
};
