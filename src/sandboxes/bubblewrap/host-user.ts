import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Root in a user namespace that root made is still root to the host's files: each sandbox becomes a user of its own,
 * one that nobody else has. Undefined where the server is no root.
 */
export function newHostUser(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, , count = 0] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number);
  return count > 2 ** 31
    ? randomInt(1_000_000_000, 1_900_000_000)
    : randomInt(Math.floor(count / 2), count - 1);
}
