/** What the system has no code for. */
type OwnCode =
  /** The path leaves the folders that may be used; `detail` is where to. */
  | 'OUTSIDE'
  /** Neither file nor folder; `detail` is what it is. */
  | 'NOT_REGULAR'
  /** One of the folders that may be used itself. */
  | 'IS_ROOT'
  /** `detail` is the size of the file. */
  | 'BEYOND_END'
  /** `detail` is how many folders below each other are dealt with. */
  | 'TOO_DEEP'
  /** The sandbox has ended. */
  | 'GONE';

/** A failure that the porter tells of by its code. */
export class PorterError extends Error {
  override readonly name = 'PorterError';
  readonly code: OwnCode | 'ENOENT' | 'ELOOP' | 'ENOTDIR' | 'EISDIR';
  readonly detail: string;

  constructor(code: PorterError['code'], detail = '') {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

/** The code of an error of the system or of ours; undefined where it is neither. */
export function codeOfError(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
