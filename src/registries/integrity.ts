import { createHash, type Hash } from 'node:crypto';

/** What a registry says the content of a file hashes to. */
export interface Integrity {
  readonly algorithm: Algorithm;
  /** Lower case. */
  readonly hex: string;
}

/** The strongest first. */
const DIGEST_BYTES = { sha512: 64, sha384: 48, sha256: 32, sha1: 20, md5: 16 } as const;

export type Algorithm = keyof typeof DIGEST_BYTES;

const ALGORITHMS = ['sha512', 'sha384', 'sha256', 'sha1', 'md5'] as const;

/** Whether nobody can make another file of the same hash: such a file is the same wherever it comes from. */
export function isStrong({ algorithm }: Integrity): boolean {
  return algorithm !== 'sha1' && algorithm !== 'md5';
}

/** The strongest of hashes in hexadecimal by algorithm; undefined where there is none of a known form. */
export function fromHashes(hashes: Readonly<Record<string, unknown>>): Integrity | undefined {
  for (const algorithm of ALGORITHMS) {
    const integrity = fromHex(algorithm, hashes[algorithm]);
    if (integrity !== undefined) return integrity;
  }
  return undefined;
}

export function fromHex(algorithm: Algorithm, value: unknown): Integrity | undefined {
  if (typeof value !== 'string' || !/^[\da-f]+$/i.test(value)) return undefined;
  if (value.length !== DIGEST_BYTES[algorithm] * 2) return undefined;
  return { algorithm, hex: value.toLowerCase() };
}

/** From `sha512-BASE64 sha1-BASE64`, as npm and browsers write it. */
export function fromSubresourceIntegrity(text: string): Integrity | undefined {
  const hashes = text.split(/\s+/).map((part) => {
    const [algorithm = '', digest = ''] = part.split(/-(.*)/s);
    return [algorithm, Buffer.from(digest.split('?')[0] ?? '', 'base64').toString('hex')] as const;
  });
  return fromHashes(Object.fromEntries(hashes));
}

/** Counts a file's hash as it passes by. */
export class Check {
  readonly #expected: Integrity | undefined;
  readonly #hash: Hash;
  /** Beside a weak hash, by which no file is kept. */
  readonly #sha256: Hash | undefined;

  constructor(expected: Integrity | undefined) {
    this.#expected = expected;
    this.#hash = createHash(expected?.algorithm ?? 'sha256');
    if (expected !== undefined && !isStrong(expected)) this.#sha256 = createHash('sha256');
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#sha256?.update(chunk);
  }

  /** Once, after the last chunk: the hash to keep the file by; undefined where it is not what was expected. */
  finish(): Integrity | undefined {
    const hex = this.#hash.digest('hex');
    if (this.#expected !== undefined && hex !== this.#expected.hex) return undefined;
    if (this.#sha256 !== undefined) return { algorithm: 'sha256', hex: this.#sha256.digest('hex') };
    return { algorithm: this.#expected?.algorithm ?? 'sha256', hex };
  }
}
