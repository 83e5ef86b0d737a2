/**
 * Something made once on this machine from an installed runtime, without which its kernels would start slowly or not at
 * all: compiled guests, archives, a prelinked library. Made in a build sandbox, kept in the user's cache folder.
 */
export interface Preparation {
  /** Names the folder, with version and a hash: "java", "go-prelinked". */
  readonly name: string;
  /** What it is called in messages: "the prelinked Go toolchain". */
  readonly title: string;
  /** Folder below guests/ that it is made from. */
  readonly guest: string;
  /** Runs in the build sandbox; fills $SANDCELL_OUT; each line on stdout is a progress message. */
  readonly command: readonly [string, ...string[]];
  /** Whatever else changes what is made: paths of linkers, flags. A changed parameter makes a new preparation. */
  readonly parameters: readonly string[];
  /** What it costs on two cores: said before it begins. */
  readonly estimate: { readonly seconds: number; readonly mib: number };
  /** Why it cannot be made on this machine, with the fix; undefined where it can. */
  readonly obstacle?: string | undefined;
}

/** A preparation that is ready for kernels. */
export interface Prepared {
  readonly name: string;
  /** Its folder inside every sandbox, read-only. */
  readonly folder: string;
  /** Why the best one is not in use, as the part of a sentence; undefined where this is the best. */
  readonly reason: string | undefined;
}
