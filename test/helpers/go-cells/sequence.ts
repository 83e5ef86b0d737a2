/** Cells that run one after the other in a fresh context. */
export interface GoSequence {
  title: string;
  /** The link strategy that this holds for; both where it is left out. */
  needs?: 'stock' | 'prelinked';
  cells: readonly GoCell[];
}

/** A cell and its whole outcome: no result, no error and nothing on a stream that is not named. */
export interface GoCell {
  code: string;
  result?: string;
  stdout?: string;
  stderr?: string | RegExp;
  error?: GoError;
  /** A part of one of the notes; none may be there without it. */
  note?: string;
  /** The cell ends the kernel's process: what the error's message says of it. */
  dies?: RegExp;
}

export interface GoError {
  name: string;
  message: string | RegExp;
  line: number | null;
  column: number | null;
  /** Parts of the traceback. */
  traceback?: readonly string[];
}

/** Go source without the indentation that it has here; a backquote is written with a backslash before it. */
export function go({ raw }: TemplateStringsArray): string {
  const lines = (raw[0] ?? '').replaceAll('\\`', '`').trimEnd().split('\n');
  if (lines[0] === '') lines.shift();
  const depths = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length);
  const depth = Math.min(...depths);
  return lines.map((line) => line.slice(depth)).join('\n');
}

export function panics(message: string | RegExp, line: number, traceback: readonly string[] = []): GoError {
  return { name: 'panic', message, line, column: null, traceback };
}

export function compileError(message: string | RegExp, line: number, column: number): GoError {
  return { name: 'CompileError', message, line, column };
}
