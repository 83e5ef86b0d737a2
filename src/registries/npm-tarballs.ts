import { z } from 'zod';

/** Bounds the memory: one of a packument takes some 300 bytes. */
const MAX_VERSIONS = 200_000;

const distSchema = z.looseObject({
  tarball: z.string(),
  integrity: z.string().nullish(),
  shasum: z.string().nullish(),
});

export const manifestSchema = z.looseObject({ dist: distSchema });

/** Where the tarball of a version is, and what it hashes to. */
export type Dist = Pick<z.output<typeof distSchema>, 'tarball' | 'integrity' | 'shasum'>;

/** The tarballs that packuments name: an install asks for each after its packument, which may be large to parse. */
export class KnownTarballs {
  readonly #byDocument = new Map<string, ReadonlyMap<string, Dist>>();
  #count = 0;

  /** Those of a document, by version; what `versions` gives is looked at only where they are not known. */
  of(id: string, versions: () => Readonly<Record<string, unknown>>): (version: string) => Dist | undefined {
    const known = this.#byDocument.get(id) ?? this.#add(id, versions());
    return (version) => known.get(version);
  }

  #add(id: string, versions: Readonly<Record<string, unknown>>): ReadonlyMap<string, Dist> {
    const tarballs = new Map<string, Dist>();
    for (const [version, manifest] of Object.entries(versions)) {
      const parsed = manifestSchema.safeParse(manifest);
      if (!parsed.success) continue;
      const { tarball, integrity, shasum } = parsed.data.dist;
      tarballs.set(version, { tarball, integrity, shasum });
    }
    if (this.#count + tarballs.size > MAX_VERSIONS) this.#forgetAll();
    this.#byDocument.set(id, tarballs);
    this.#count += tarballs.size;
    return tarballs;
  }

  #forgetAll(): void {
    this.#byDocument.clear();
    this.#count = 0;
  }
}
